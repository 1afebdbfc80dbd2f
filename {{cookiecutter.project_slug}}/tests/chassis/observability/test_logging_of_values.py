"""What a log line makes of values it cannot encode, and of text that would forge a line."""

import logging
import math
from http import HTTPStatus
from typing import Any

import pytest
import structlog

from tests.chassis.observability.conftest import configured, lines

log = structlog.get_logger()
FORMS = ["json", "console"]


def fail(message: str) -> None:
    raise RuntimeError(message)


class Unprintable:
    def __repr__(self) -> str:
        message = "no repr"
        raise RuntimeError(message)


def circular() -> dict[str, Any]:
    value: dict[str, Any] = {}
    value["self"] = value
    return value


def deep(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(("form", "told"), [("json", '"status":201'), ("console", "status=201")])
def test_a_member_of_an_enumeration_is_told_by_its_value(form: str, told: str) -> None:
    read = configured(form)

    log.info("done", status=HTTPStatus.CREATED)

    assert told in read()


def test_a_traceback_shows_no_local_variables() -> None:
    read = configured("console")
    try:
        fail(message="local value")
    except RuntimeError:
        log.exception("failed")

    assert read().count("local value") == 1 + read().count('message="local value"')


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("plain", "plain"),
        (None, None),
        ([1, 2.5, True, {"a": "b"}], [1, 2.5, True, {"a": "b"}]),
        (math.nan, None),
        (math.inf, None),
        (2**63, 2**63),
        (2**70, str(2**70)),
        ("a\ud800b", "'a\\ud800b'"),
        ({1: "a", None: "b"}, "{1: 'a', None: 'b'}"),
        ({b"k": 2**70, "nan": math.nan}, f"{{b'k': {2**70}, 'nan': nan}}"),
        (Exception("text"), "Exception('text')"),
        (b"bytes", "b'bytes'"),
        ({1}, "{1}"),
    ],
)
def test_any_value_can_be_logged_as_json(value: object, told: object) -> None:
    read = configured()

    log.info("one", value=value, other=math.nan)

    (line,) = lines(read)
    assert (line["value"], line["other"]) == (told, None)


DIFFICULT: dict[str, Any] = {
    "lone surrogate": "\ud800",
    "lone surrogates": {"\udfff": ["\ud800"]},
    "keys that are numbers": {1: {2: "a"}},
    "keys that are tuples": {("a", 1): object()},
    "circular": circular(),
    "deep": deep(5_000),
    "no repr": Unprintable(),
    "no repr inside": [Unprintable()],
    "beyond 64 bits": 2**70,
    "too long to print": 10**5_000,
    "not a number": math.nan,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("value", DIFFICULT.values(), ids=DIFFICULT)
def test_no_value_makes_logging_fail(form: str, value: object) -> None:
    read = configured(form)

    log.info("one", value=value)
    log.info(value, other=math.nan)

    assert read().count("\n") == 2
    if form == "json":
        assert len(lines(read)) == 2


@pytest.mark.parametrize("form", FORMS)
def test_no_message_of_a_library_makes_logging_fail(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    read = configured(form)

    logging.getLogger("library").info("strange \ud800 %s", {"\udfff": math.nan})

    assert read().count("\n") == 1
    assert capsys.readouterr().err == ""  # where the standard library tells its own failures


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("path", ["/x\n{}", "/x\r\n{}", "/x\r{}", "/x\x1b[2K\x1b[1A{}"])
def test_no_value_can_forge_a_line(form: str, path: str) -> None:
    read = configured(form)

    log.info("request", path=path.format('{"event":"forged","level":"error"}'))

    assert read().count("\n") == 1
    assert not {"\r", "\x1b"} & set(read())
