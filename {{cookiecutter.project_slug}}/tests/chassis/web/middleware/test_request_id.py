"""The request ID: kept when it is harmless, replaced when it is not, and found everywhere."""

import re

import pytest
import structlog
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from chassis.web.middleware.request_id import RequestIDMiddleware
from tests.support.clients import Client, client_of
from tests.support.composition import ReadLog

OWN = re.compile(r"[0-9a-f]{32}")


async def tell_id(scope: Scope, receive: Receive, send: Send) -> None:
    told = PlainTextResponse(Request(scope).state.request_id)
    await told(scope, receive, send)


@pytest.mark.parametrize("given", ["a", "abc-1._Z", "x" * 64])
async def test_a_sane_id_of_the_client_is_kept(given: str) -> None:
    response = await ask(given.encode())

    assert response == (given, given)


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b" ",
        b"two words",
        b"tab\there",
        b"line\nbreak",
        b"end\n",
        b"escape\x1b[31m",
        b"control\x01",
        b"delete\x7f",
        b"nul\x00",
        b"<script>alert(1)</script>",
        b'"},{"event":"forged',
        b"\xff\xfe",
        "ümlaut".encode(),
        b"x" * 65,
        b"x" * 60_000,
    ],
)
async def test_any_other_id_is_replaced(given: bytes) -> None:
    sent, seen = await ask(given)

    assert OWN.fullmatch(sent)
    assert seen == sent


async def test_a_request_without_an_id_gets_its_own() -> None:
    ids = {sent for sent, _ in [await ask(None), await ask(None)]}

    assert len(ids) == 2
    assert all(map(OWN.fullmatch, ids))


async def ask(given: bytes | None) -> tuple[str, str]:
    """The ID in the response, and the one the application saw."""
    headers = [] if given is None else [(b"X-Request-ID", given)]
    async with client_of(RequestIDMiddleware(tell_id)) as client:
        response = await client.get("/", headers=headers)
    return response.headers["x-request-id"], response.text


async def test_response_problem_and_log_name_the_same_id(client: Client, read_log: ReadLog) -> None:
    response = await client.get("/nowhere", headers={"X-Request-ID": "<b>"})

    sent = response.headers["x-request-id"]
    assert OWN.fullmatch(sent)
    assert response.json()["request_id"] == sent
    assert [line["request_id"] for line in read_log("request")] == [sent]


async def test_a_handler_in_a_thread_logs_the_id_too(
    app: FastAPI, client: Client, read_log: ReadLog
) -> None:
    @app.get("/in-thread")
    def in_thread() -> None:
        structlog.get_logger().info("in a thread")

    await client.get("/in-thread", headers={"X-Request-ID": "abc-1"})

    assert [line["request_id"] for line in read_log("in a thread")] == ["abc-1"]


async def test_nothing_is_left_in_the_log_context_of_the_request_before() -> None:
    contexts = []

    async def remember(scope: Scope, receive: Receive, send: Send) -> None:
        contexts.append(structlog.contextvars.get_contextvars())
        structlog.contextvars.bind_contextvars(user="alice")
        await tell_id(scope, receive, send)

    async with client_of(RequestIDMiddleware(remember)) as client:
        await client.get("/")
        await client.get("/")

    assert [list(context) for context in contexts] == [["request_id"], ["request_id"]]
