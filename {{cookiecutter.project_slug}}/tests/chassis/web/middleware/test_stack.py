"""The middlewares together: what each response carries, however it came about."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Scope

from chassis.problems import NotFound
from chassis.settings import Settings
from chassis.web.middleware.deadline import DeadlineMiddleware
from chassis.web.middleware.drain import DrainMiddleware
from chassis.web.middleware.head import HeadMiddleware
from chassis.web.middleware.hosts import HostsMiddleware
from chassis.web.middleware.limits import LimitsMiddleware
from chassis.web.middleware.logging import LoggingMiddleware
from chassis.web.middleware.metrics import MetricsMiddleware
from chassis.web.middleware.request_id import RequestIDMiddleware
from chassis.web.middleware.root_path import RootPathMiddleware
from chassis.web.middleware.security_headers import HEADERS, SecurityHeadersMiddleware
from chassis.web.middleware.span import SpanMiddleware
from chassis.web.middleware.timing import TimingMiddleware
from chassis.web.middleware.trace import TraceMiddleware
from chassis.web.rate_limits.middleware import RateLimitMiddleware
from tests.chassis.application import create_app
from tests.support.clients import Client
from tests.support.composition import ReadLog, StartApp
from tests.support.settings import make_settings

ORIGIN = "https://shop.example"
NOTHING: Any = None


@pytest.fixture
async def app(start_app: StartApp, database_url: str) -> FastAPI:
    settings = make_settings(database={"url": database_url}, cors={"origins": [ORIGIN]})
    app: FastAPI = await start_app(settings)

    @app.get("/crash")
    async def crash() -> None:
        message = "the text of an exception"
        raise RuntimeError(message)

    @app.get("/refuse")
    async def refuse() -> None:
        raise NotFound

    return app


def test_the_order_is_the_one_that_decorates_every_response(database_url: str) -> None:
    on = {
        "cors": {"origins": [ORIGIN]},
        "metrics": {"enabled": True},
        "rate": {"limit_enabled": True},
        "server": {"root_path": "/shop", "trusted_hosts": ["shop.example"]},
        "tracing": {"endpoint": "http://127.0.0.1:1"},
    }
    settings = make_settings(database={"url": database_url}, **on)

    classes: list[object] = [entry.cls for entry in create_app(settings).user_middleware]

    assert classes == [
        RootPathMiddleware,
        DrainMiddleware,
        CORSMiddleware,
        SecurityHeadersMiddleware,
        RequestIDMiddleware,
        SpanMiddleware,
        TraceMiddleware,
        MetricsMiddleware,
        TimingMiddleware,
        LoggingMiddleware,
        DeadlineMiddleware,
        LimitsMiddleware,
        HostsMiddleware,
        RateLimitMiddleware,
        HeadMiddleware,
    ]


def test_what_is_switched_off_is_not_there(settings: Settings) -> None:
    off = {
        *(CORSMiddleware, HostsMiddleware, MetricsMiddleware, RateLimitMiddleware),
        *(RootPathMiddleware, SpanMiddleware),
    }

    classes: list[object] = [entry.cls for entry in create_app(settings).user_middleware]

    assert not off & set(classes)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/health/live", 200),
        ("/refuse", 404),
        ("/nowhere", 404),
        ("/" + "x" * 9_000, 414),
        ("/crash", 500),
    ],
)
async def test_every_response_carries_every_header(client: Client, path: str, status: int) -> None:
    headers = {"Origin": ORIGIN, "X-Request-ID": "abc-1"}

    response = await client.get(path, headers=headers)

    assert response.status_code == status
    assert response.headers["access-control-allow-origin"] == ORIGIN
    assert response.headers["x-request-id"] == "abc-1"
    assert re.fullmatch(r"\d+\.\d{4}s", response.headers["x-response-time"])
    for name, value in HEADERS:
        assert response.headers[name.decode()] == value.decode()


async def test_an_unhandled_error_is_a_problem_that_tells_nothing_of_it(client: Client) -> None:
    response = await client.get("/crash", headers={"X-Request-ID": "abc-1"})

    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {
        "type": "/problems/internal-error",
        "title": "Internal error",
        "status": 500,
        "detail": "Something went wrong on our side. Quote the request ID when you report it.",
        "instance": "/crash",
        "request_id": "abc-1",
    }


async def test_an_unhandled_error_leaves_one_traceback_and_one_line(
    client: Client, read_log: ReadLog
) -> None:
    await client.get("/crash", headers={"X-Request-ID": "abc-1"})

    (error,) = read_log("unhandled error")
    assert error["exception"].count("Traceback") == 1
    assert "the text of an exception" in error["exception"]
    (line,) = read_log("request")
    assert (line["status"], line["level"]) == (500, "error")
    assert line["problem"] == "/problems/internal-error"
    assert error["request_id"] == line["request_id"] == "abc-1"
    assert "exception" not in line


async def test_a_websocket_passes_the_whole_stack(app: FastAPI) -> None:
    received: list[Message] = [
        {"type": "websocket.connect"},
        {"type": "websocket.receive", "text": "hello"},
    ]
    sent: list[Message] = []

    @app.websocket("/echo")
    async def echo(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text(await websocket.receive_text())
        await websocket.close()

    async def receive() -> Message:
        return received.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {"type": "websocket", "path": "/echo", "headers": [], "query_string": b""}
    await app(scope, receive, send)

    assert [message.get("text") for message in sent] == [None, "hello", None]
    assert scope["state"]["request_id"]


@pytest.mark.parametrize(
    "middleware",
    [
        DrainMiddleware,
        LoggingMiddleware,
        RateLimitMiddleware,
        RequestIDMiddleware,
        SecurityHeadersMiddleware,
        TimingMiddleware,
        TraceMiddleware,
        partial(SpanMiddleware, spans=NOTHING),
        partial(MetricsMiddleware, recorder=NOTHING),
        partial(DeadlineMiddleware, seconds=1),
        partial(HostsMiddleware, hosts=["shop.example"]),
        partial(LimitsMiddleware, max_body_bytes=1, max_header_bytes=1),
    ],
)
async def test_what_is_not_http_passes_untouched(middleware: Callable[[ASGIApp], ASGIApp]) -> None:
    calls = []

    async def note(*call: object) -> None:
        calls.append(call)

    call: Any = ({"type": "lifespan"}, note, note)
    await middleware(note)(*call)

    assert calls == [({"type": "lifespan"}, note, note)]
