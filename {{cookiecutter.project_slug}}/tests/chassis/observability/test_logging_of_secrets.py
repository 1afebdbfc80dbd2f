"""No secret is written, in neither form of the log, whoever logs it and whatever it is inside."""

import logging
import time
from dataclasses import dataclass
from typing import Any

import pytest
import structlog
from pydantic import BaseModel

from tests.chassis.observability.conftest import configured, lines
from tests.chassis.redaction.examples import HIDDEN

log = structlog.get_logger()
FORMS = ["json", "console"]


@dataclass
class Account:
    name: str
    api_key: str


class Form(BaseModel):
    client_secret: str
    accounts: list[Account]


def fail(message: str) -> None:
    raise RuntimeError(message)


def circular() -> dict[str, Any]:
    value: dict[str, Any] = {}
    value["self"] = value
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
        {"access_token": "hunter2", "refresh_token": "hunter2", "client_secret": "hunter2"},
        {"x-api-key": "hunter2", "dbPassword": "hunter2", "SESSIONID": "hunter2", "pwd": 7},
        {"credentials": ["hunter2"], "signature": b"hunter2", "sentry_dsn": "hunter2"},
        {"header": "BEARER hunter2"},
        {"header": "Authorization: Basic hunter2"},
        {"headers": [(b"x-api-key", b"hunter2")]},
        {"headers": [["x-api-key", "hunter2"]]},
        {"path": "/tabs/Bearer\thunter2"},
        {"headers": {b"cookie": b"hunter2"}},
        {"form": Form(client_secret="hunter2", accounts=[Account("a", "hunter2")])},
        {"account": Account("a", "hunter2")},
        {"accounts": {"a": {"b": [Account("a", "hunter2")]}}},
        {"error": ValueError("password=hunter2")},
        {"some": {"Bearer hunter2"}},
        {"path": "/a?token=hunter2"},
        {"pair": ("password", "hunter2")},
        {"arguments": ["psql", "--password", "hunter2"]},
        {"mailer_key": "Hunter2hunter2hunter2"},
        {"client secret": "hunter2", "API key": "hunter2", "ssh_key": "hunter2"},
        {"path": "/a/xoxb-hunter2hunter2hunter2"},
        {"path": "/a/gho_hunter2hunter2hunter2"},
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


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("text", "expected"), HIDDEN)
def test_each_form_hides_what_the_other_hides(form: str, text: str, expected: str) -> None:
    read = configured(form)

    log.info(text)
    log.info("one", value=text)
    logging.getLogger("library").info("%s", text)
    try:
        fail(text)
    except RuntimeError:
        log.exception("failed")

    assert "hunter2" not in read()
    assert read().count("***") >= 4
    if form == "json":
        first, second, third, failed = lines(read)
        assert [first["event"], second["value"], third["event"]] == [expected] * 3
        assert f"RuntimeError: {expected}" in failed["exception"]


@pytest.mark.parametrize("form", FORMS)
def test_what_only_looks_like_a_secret_is_written(form: str) -> None:
    read = configured(form)

    log.info("one", idempotency_key="abc", token_count=3, max_tokens=512, password=None)

    assert "***" not in read()
    for value in ("abc", "512", "null" if form == "json" else "None"):
        assert value in read()


def test_the_line_of_a_request_is_not_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is one of it for each request, and to search it costs as much again."""
    read = configured()
    monkeypatch.setattr("chassis.observability.rendering.redact", fail)

    log.info(
        "request",
        method="GET",
        route="/v1/orders/{order_id}",
        path="/v1/orders/7",
        status=200,
        duration_ms=0.5,
        client="127.0.0.1",
        request_id="0198c1d0-7a6b",
        problem=None,
    )

    assert len(lines(read)) == 1


def test_the_caller_keeps_its_own_values() -> None:
    read = configured()
    user = {"password": "hunter2", "also": [{"token": "hunter2"}]}

    log.info("one", user=user)

    assert "hunter2" not in read()
    assert user == {"password": "hunter2", "also": [{"token": "hunter2"}]}


def test_an_address_made_to_be_slow_to_redact_is_not() -> None:
    read = configured()
    started = time.process_time()

    log.info("request", path="://:" * 40_000)

    assert read()
    assert time.process_time() - started < 5
