"""What a log line makes of secrets, of values it cannot encode, of text that would forge a line."""

import logging
import math
import time
from typing import Any

import pytest
import structlog

from tests.observability.conftest import configured, lines

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


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "value",
    [
        {"password": "hunter2"},
        {"Authorization": "hunter2"},
        {"token": "hunter2", "SECRET": "hunter2", "api_key": ["hunter2"], "Set-Cookie": "hunter2"},
        {"headers": {"cookie": "hunter2", "accept": "json"}},
        {"deep": {"er": {"password": {"old": "hunter2"}}}},
        {"users": [{"password": "hunter2"}, ({"token": "hunter2"},)]},
        {"url": "postgresql://alice:hunter2@db:5432/shop"},
        {"url": "redis://:hunter2@cache/0"},
        {"urls": ["amqp://a:hunter2@queue", {"other": "http://b:hunter2@x"}]},
        {"header": "Bearer hunter2"},
        {"header": "authorization: bearer hunter2.x-y_z"},
        {"headers": [["authorization", "Bearer hunter2"]]},
        {"no_json": {1: "a", "password": "hunter2"}},
        {"no_json": circular() | {"password": "hunter2"}},
        {"password": "hunter2", "beyond": 2**70},
    ],
)
def test_secrets_are_hidden(form: str, value: dict[str, Any]) -> None:
    read = configured(form)

    log.info("one", **value)

    assert "***" in read()
    assert "hunter2" not in read()


@pytest.mark.parametrize("form", FORMS)
def test_secrets_inside_texts_and_tracebacks_are_hidden(form: str) -> None:
    read = configured(form)

    log.info("connecting to postgresql://alice:hunter2@db/shop")
    logging.getLogger("library").info("sent %s", "Bearer hunter2")
    try:
        fail("cannot reach postgresql://alice:hunter2@db/shop")
    except RuntimeError:
        log.exception("failed")
        logging.getLogger("uvicorn.error").exception("failed")

    assert read().count("Traceback") == 2
    assert read().count("RuntimeError: cannot reach postgresql://alice:***@db/shop") == 2
    assert "hunter2" not in read()


def test_a_traceback_shows_no_local_variables() -> None:
    read = configured("console")
    try:
        fail(message="local value")
    except RuntimeError:
        log.exception("failed")

    assert read().count("local value") == 1 + read().count('message="local value"')


def test_the_caller_keeps_its_own_values() -> None:
    read = configured()
    user = {"password": "hunter2", "also": [{"token": "hunter2"}]}

    log.info("one", user=user)

    assert "hunter2" not in read()
    assert user == {"password": "hunter2", "also": [{"token": "hunter2"}]}


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


def test_an_address_made_to_be_slow_to_redact_is_not() -> None:
    read = configured()
    started = time.process_time()

    log.info("request", path="://:" * 40_000)

    assert read()
    assert time.process_time() - started < 5
