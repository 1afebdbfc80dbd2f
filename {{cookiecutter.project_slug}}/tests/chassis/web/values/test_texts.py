"""Text: one form for what looks the same, and something to be seen where that is promised."""

import re
import time
import unicodedata
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Query
from pydantic import Field, TypeAdapter, ValidationError

from chassis.web.types import Input, Json, Name, Output, Text, omitted
from chassis.web.values.texts import MOST_MARKS
from tests.support.clients import Client

COMPOSED, DECOMPOSED = "caf\u00e9", "cafe\u0301"
PAIRS = "\u0f71\u0f72"  # of other rank, so that many of them have to be sorted
INVISIBLE = {
    "nothing": "",
    "controls": "\x01\x1f\x7f\x85\x9f\t\r\n",
    "spaces": " \u00a0\u1680\u2000\u2007\u200a\u202f\u205f\u3000",
    "separators of lines": "\u2028\u2029",
    "of no width": "\u200b\u200c\u200d\u2060\ufeff",
    "marks of direction": "\u061c\u200e\u200f\u202a\u202e\u2066\u2069",
    "soft hyphen": "\u00ad",
    "grapheme joiner": "\u034f",
    "fillers of Hangul": "\u115f\u1160\u3164\uffa0",
    "vowels of Khmer": "\u17b4\u17b5",
    "separators of Mongolian": "\u180b\u180e\u180f",
    "variation selectors": "\ufe00\ufe0f\U000e0100\U000e01ef",
    "tags": "\U000e0001\U000e0041\U000e007f",
    "reserved to be ignored": "\u2065\ufff0\ufff8\U000e0fff",
    "annotations": "\ufff9\ufffb",
    "formats of music and shorthand": "\U0001d173\U0001d17a\U0001bca0\U0001bca3",
    "an empty note": "\U0001d159",
    "empty Braille": "\u2800",
}
VISIBLE = ("a", "-", "\u00e9", "\u0301", "\u0e31", "\u4e2d", "\U0001f600", "\u20ac", "\ufffd")


class Sample(Input):
    name: Annotated[Name, Field(max_length=4)] = omitted()
    text: Annotated[Text, Field(max_length=4)] = omitted()
    texts: list[Text] = omitted()
    anything: Json = omitted()
    more: Annotated[Json | None, Field(alias="others")] = omitted()


class Echo(Output):
    sent: Any


@pytest.fixture
async def app(app: FastAPI) -> FastAPI:
    @app.post("/sample")
    async def sample(body: Sample) -> Echo:
        return Echo(sent=body.model_dump(exclude_unset=True, by_alias=True))

    @app.get("/samples")
    async def samples(query: Annotated[Sample, Query()]) -> Echo:
        return Echo(sent=query.model_dump(exclude_unset=True))

    return app


@pytest.mark.parametrize("field", ["name", "text"])
async def test_text_is_composed_before_it_is_counted(client: Client, field: str) -> None:
    sent = await client.post("/sample", json={field: DECOMPOSED})
    asked = await client.get("/samples", params={field: DECOMPOSED})

    for response in (sent, asked):
        assert (response.status_code, response.json()["sent"]) == (200, {field: COMPOSED})


async def test_what_grows_when_it_is_composed_is_counted_as_it_is_stored(client: Client) -> None:
    response = await client.post("/sample", json={"text": "\u0958\u0958\u0958"})

    assert len(unicodedata.normalize("NFC", "\u0958")) == 2
    assert response.status_code == 422


async def test_lists_of_text_are_composed_and_json_stays_as_it_is(client: Client) -> None:
    sent = {"texts": [DECOMPOSED], "anything": DECOMPOSED, "others": [DECOMPOSED]}

    response = await client.post("/sample", json=sent)

    assert response.json()["sent"] == sent | {"texts": [COMPOSED]}


@pytest.mark.parametrize("body", [{"text": PAIRS}, {"texts": ["", PAIRS]}])
async def test_more_marks_in_a_row_than_any_language_has_are_refused_by_name(
    client: Client, body: dict[str, Any]
) -> None:
    (field, value) = body.popitem()
    long = PAIRS * 100_000
    started = time.process_time()

    response = await client.post(
        "/sample", json={field: ["", long] if isinstance(value, list) else long}
    )

    assert time.process_time() - started < 15  # to sort them takes more than a minute
    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert error["loc"] == ["body", field]
    assert error["msg"] == f"Input should have at most {MOST_MARKS} combining marks in a row"


async def test_as_many_marks_as_a_language_has_are_taken(client: Client) -> None:
    marked = "\u0bb8" + "\u0345\u0301" * (MOST_MARKS // 2)

    response = await client.post("/sample", json={"texts": [marked]})

    assert response.json()["sent"]["texts"] == [unicodedata.normalize("NFC", marked)]


@pytest.mark.parametrize("text", INVISIBLE.values(), ids=INVISIBLE)
async def test_a_name_of_which_nothing_can_be_seen_is_refused(client: Client, text: str) -> None:
    for hidden in (*text, text[:4]):
        response = await client.post("/sample", json={"name": hidden})

        assert response.status_code == 422, ascii(hidden)
        assert response.json()["errors"][0]["loc"] == ["body", "name"]


@pytest.mark.parametrize("seen", VISIBLE, ids=ascii)
async def test_a_name_with_something_to_be_seen_is_taken(client: Client, seen: str) -> None:
    response = await client.post("/sample", json={"name": f"\u200b{seen} "})

    assert response.json()["sent"] == {"name": f"\u200b{seen} "}


def test_the_document_says_the_same_of_what_can_be_seen() -> None:
    name = TypeAdapter(Annotated[Name, Field(max_length=4)])
    schema = name.json_schema()
    assert schema["maxLength"] == 4

    for code in (*range(0xD800), *range(0xE000, 0xFFFE)):
        documented = re.search(schema["pattern"], chr(code)) is not None
        assert documented == is_taken(name, chr(code)), hex(code)


def is_taken(kind: TypeAdapter[str], value: str) -> bool:
    try:
        kind.validate_python(value)
    except ValidationError:
        return False
    return True
