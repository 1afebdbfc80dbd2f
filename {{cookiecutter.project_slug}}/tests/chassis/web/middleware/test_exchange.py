"""What middleware leaves in the exchange reaches the response, through whatever stands between."""

import gc
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.web.middleware.exchange import Exchange
from chassis.web.middleware.request_id import RequestIDMiddleware
from chassis.web.middleware.security_headers import SecurityHeadersMiddleware
from chassis.web.middleware.timing import TimingMiddleware
from tests.support.clients import client_of


class ShoutingMiddleware:
    """Of someone else: wraps `send` and knows of no exchange."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_loud(message: Message) -> None:
            if message["type"] == "http.response.body":
                message["body"] = message["body"].upper()
            await send(message)

        await self.app(scope, receive, send_loud)


async def hello(_: Request) -> Response:
    return PlainTextResponse("hello", headers={"Cache-Control": "no-cache"})


async def test_another_middleware_between_them_does_its_work() -> None:
    between: list[Any] = [
        SecurityHeadersMiddleware,
        ShoutingMiddleware,
        RequestIDMiddleware,
        TimingMiddleware,
    ]
    app = Starlette(routes=[Route("/", hello)], middleware=[Middleware(each) for each in between])

    response = await client_of(app).get("/", headers={"X-Request-ID": "abc"})

    assert response.text == "HELLO"
    assert response.headers["x-request-id"] == "abc"
    assert response.headers["x-response-time"]
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers.get_list("cache-control") == ["no-cache"]


class Cycle:
    """As a server has it: the scope, and the `send` that leads to it."""

    def __init__(self) -> None:
        self.scope: Scope = {
            "type": "http",
            "method": "GET",
            "path": "/health/live",
            "raw_path": b"/health/live",
            "query_string": b"",
            "scheme": "http",
            "headers": [],
        }
        self.sent: list[str] = []

    async def receive(self) -> Message:
        return {"type": "http.request", "body": b""}

    async def send(self, message: Message) -> None:
        self.sent.append(message["type"])


@pytest.fixture
def garbage() -> Iterator[list[object]]:
    """What only the collector finds, from now on."""
    gc.collect()
    gc.set_debug(gc.DEBUG_SAVEALL)
    yield gc.garbage
    gc.set_debug(0)
    gc.garbage.clear()


async def test_a_request_leaves_nothing_to_the_collector(
    app: FastAPI, garbage: list[object]
) -> None:
    await _answered(app)
    gc.collect()
    assert not [it for it in garbage if isinstance(it, Exchange)]


async def _answered(app: FastAPI) -> None:
    cycle = Cycle()
    await app(cycle.scope, cycle.receive, cycle.send)
    assert cycle.sent == ["http.response.start", "http.response.body"]
