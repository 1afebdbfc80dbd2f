"""Every type that `make resource` knows: what is given out is taken back, and changes nothing."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from unicodedata import normalize

import httpx
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.support.clients import Client
from tests.support.filling_in import body_for
from tests.tools.marvels import FIRST, PATH, TYPES

UTC_OFFSETS = st.sampled_from([timezone(timedelta(minutes=minutes)) for minutes in (0, 330, -570)])
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
FLOATS = st.floats(allow_nan=False, allow_infinity=False)


def decimals(digits: int, places: int) -> SearchStrategy[str]:
    most = 10**digits - 1
    return st.integers(-most, most).map(lambda number: scaled(number, places))


def scaled(number: int, places: int) -> str:
    text = str(abs(number)).rjust(places + 1, "0")
    whole, part = text[: len(text) - places], text[len(text) - places :]
    return ("-" if number < 0 else "") + whole + ("." + part if part else "")


def composed(size: int) -> SearchStrategy[str]:
    texts = st.text(CHARACTERS, max_size=size)
    return texts.filter(lambda text: len(normalize("NFC", text)) <= size)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | FLOATS | st.text(CHARACTERS),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(CHARACTERS), inner),
    max_leaves=8,
)
VALUES: dict[str, SearchStrategy[Any]] = {
    "word": composed(39).map(lambda text: f"{text}a"),
    "story": composed(100),
    "small": st.integers(-(2**31), 2**31 - 1),
    "big": st.integers(-(2**53) + 1, 2**53 - 1),
    "money": decimals(12, 2),
    "tiny": decimals(20, 8),
    "whole": decimals(30, 0),
    "part": decimals(9, 9),
    "ratio": FLOATS,
    "flag": st.booleans(),
    "day": st.dates().map(str),
    "moment": st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=UTC_OFFSETS).map(  # noqa: DTZ001
        datetime.isoformat
    ),
    "owner": st.uuids().map(str),
    "notes": JSON,
    "state": st.sampled_from(["draft", "in_progress"]),
    "stars": st.integers(1, 5),
    "fee": st.integers(-1, 9999).map(lambda number: scaled(number, 2)),
    "share": st.floats(0, 1),
    "since": st.dates(date(1900, 1, 1)).map(str),
    "until": st.datetimes(datetime(1, 1, 2), datetime(2099, 12, 31), timezones=st.just(UTC)).map(  # noqa: DTZ001
        datetime.isoformat
    ),
}
OPTIONAL = {f"no_{name}": st.none() | values for name, values in VALUES.items()}
LAST = {
    "word": "\u0344" * 20, "story": "\x01\r\n\u2028\ufeff\U0010ffff", "small": 5.0, "big": 0,
    "money": "9999999999.99", "tiny": "-0.00000001", "whole": "9" * 30, "part": "-0.999999999",
    "ratio": 5e-324, "flag": True, "day": "9999-12-31", "moment": "9999-12-31T23:59:59.999998Z",
    "owner": "ffffffffffffffffffffffffffffffff", "notes": [1e19, -1e19, 1.0, -0.0, {"": [None]}],
    "state": "in_progress", "stars": 5, "fee": "99.99", "share": 1.0, "since": "9999-12-31",
    "until": "2099-12-31T23:59:59Z",
}  # fmt: skip


def as_floats(response: httpx.Response) -> Any:
    """Of jsonb, 2.5e16 comes back as an integer."""
    return json.loads(response.content, parse_int=float)


async def test_what_docs_fill_in_for_a_body_is_taken(marvels: Client) -> None:
    document = (await marvels.get("/openapi.json")).json()

    created = await marvels.post(PATH, json=body_for(document, PATH, "post"))
    assert created.status_code == 201, created.text
    changes = body_for(document, f"{PATH}/{{marvel_id}}", "patch")
    changed = await marvels.patch(created.headers["location"], json=changes)
    assert changed.status_code == 200, changed.text


def test_every_type_is_tried() -> None:
    assert VALUES.keys() == FIRST.keys() == LAST.keys() == TYPES.keys()


@settings(
    max_examples=60,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(body=FIRST)
@example(body=LAST)
@given(body=st.fixed_dictionaries({**VALUES, **OPTIONAL}))
async def test_what_is_given_out_is_taken_back_and_changes_nothing(
    marvels: Client, body: dict[str, Any]
) -> None:
    created = await marvels.post(PATH, json=body)
    assert created.status_code == 201, created.text
    path = created.headers["location"]
    given_out = await marvels.get(path)
    assert as_floats(given_out) == as_floats(created)

    again = {name: value for name, value in given_out.json().items() if name in body}
    taken = await marvels.patch(path, json=again, headers={"If-Match": given_out.headers["etag"]})

    assert taken.status_code == 200, taken.text
    assert taken.content == given_out.content
    assert taken.headers["etag"] == given_out.headers["etag"] == '"1"'
    assert (await marvels.get(path)).content == given_out.content
