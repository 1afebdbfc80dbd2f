"""One line for each request, and the end of every error."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from chassis.problems import AlreadyExists, Problem, Unavailable
from chassis.web.middleware.logging import LoggingMiddleware
from tests.chassis.observability.conftest import configured, lines
from tests.support.clients import Client, client_of
from tests.support.composition import ReadLog


async def test_a_request_leaves_one_line_that_says_all(
    app: FastAPI, client: Client, read_log: ReadLog
) -> None:
    inner, outer = APIRouter(prefix="/things"), APIRouter(prefix="/v9")

    @inner.get("/{thing_id}", status_code=202)
    async def get_thing(thing_id: int) -> int:
        return thing_id

    outer.include_router(inner)
    app.include_router(outer)

    await client.get("/v9/things/7?secret=value", headers={"X-Request-ID": "abc-1"})

    (line,) = read_log("request")
    assert line.pop("timestamp")
    assert line.pop("duration_ms") >= 0
    assert line.pop("service")
    assert len(line.pop("trace_id")) == 32
    assert len(line.pop("span_id")) == 16
    assert line == {
        "event": "request",
        "level": "info",
        "request_id": "abc-1",
        "method": "GET",
        "route": "/v9/things/{thing_id}",
        "path": "/v9/things/7",
        "status": 202,
        "queries": 0,
        "database_ms": 0.0,
        "client": "127.0.0.1",
    }


async def test_a_path_without_a_route_is_logged_without_one(
    client: Client, read_log: ReadLog
) -> None:
    await client.delete("/nowhere")

    (line,) = read_log("request")
    assert (line["route"], line["path"], line["status"]) == (None, "/nowhere", 404)
    assert (line["problem"], line["level"]) == ("/problems/not-found", "info")


@pytest.mark.parametrize(
    ("problem", "cause"), [(AlreadyExists, "ValueError"), (Unavailable, "ValueError taken")]
)
async def test_the_line_names_the_problem_and_its_cause_without_values_of_the_client(
    app: FastAPI, client: Client, read_log: ReadLog, problem: type[Problem], cause: str
) -> None:
    @app.get("/taken")
    async def taken() -> None:
        error = ValueError("taken\nDETAIL: by bob@example.org")
        raise problem from error

    await client.get("/taken")

    (line,) = read_log("request")
    assert (line["problem"], line["cause"]) == (problem.type, cause)
    assert "exception" not in line


async def test_a_handler_in_a_thread_may_fail_as_well(
    app: FastAPI, client: Client, read_log: ReadLog
) -> None:
    @app.get("/crash")
    def crash() -> None:
        raise RuntimeError

    response = await client.get("/crash")

    assert response.status_code == 500
    assert [len(read_log(event)) for event in ("unhandled error", "request")] == [1, 1]


async def test_a_stray_cancellation_is_a_defect_like_any_other(
    app: FastAPI, client: Client, read_log: ReadLog
) -> None:
    @app.get("/stray")
    async def stray() -> None:
        task = asyncio.create_task(asyncio.sleep(60))
        task.cancel()
        await task

    response = await client.get("/stray")

    assert response.status_code == 500
    assert response.json()["type"] == "/problems/internal-error"
    assert len(read_log("unhandled error")) == 1


async def test_a_request_that_is_cancelled_stays_cancelled(
    app: FastAPI, client: Client, read_log: ReadLog
) -> None:
    begun = asyncio.Event()

    @app.get("/endless")
    async def endless() -> None:
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(client.get("/endless"))
    await begun.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert read_log("unhandled error") == []


async def test_a_stream_that_fails_midway_is_broken_off_not_ended(
    app: FastAPI, client: Client, read_log: ReadLog
) -> None:
    @app.get("/broken")
    async def broken() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"first part"
            raise RuntimeError

        return StreamingResponse(parts())

    with pytest.raises(RuntimeError):
        await client.get("/broken")

    (line,) = read_log("response broken off")
    assert (line["route"], line["status"], line["level"]) == ("/broken", 200, "error")
    assert "exception" not in line  # the server writes the traceback
    assert read_log("unhandled error") == read_log("request") == []


async def test_a_client_without_an_address_is_logged_as_none(read_log: ReadLog) -> None:
    async def answer(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 204})

    async def no_one(*_: Any) -> Message:
        return {}

    scope: Scope = {"type": "http", "method": "GET", "path": "/", "client": None}  # a unix socket
    await LoggingMiddleware(answer)(scope, no_one, no_one)  # type: ignore[arg-type]

    (line,) = read_log("request")
    assert (line["client"], line["status"]) == (None, 204)


async def test_the_line_is_written_when_the_response_is_complete(read_log: ReadLog) -> None:
    seen = []

    async def answer(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200})
        seen.append(len(read_log("request")))
        await send({"type": "http.response.body"})
        seen.append(len(read_log("request")))

    async with client_of(LoggingMiddleware(answer)) as client:
        await client.get("/")

    assert [*seen, len(read_log("request"))] == [0, 0, 1]


async def test_logging_may_be_configured_after_the_middleware_was_made() -> None:
    """As a lifespan does, or whoever is told the settings late."""

    async def answer(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body"})

    configured("console")
    middleware = LoggingMiddleware(answer)
    read = configured("json")

    async with client_of(middleware) as client:
        await client.get("/")

    assert lines(read)[0]["event"] == "request"


async def test_logging_may_be_configured_again_after_a_line_was_written() -> None:
    """As each lifespan of an application that is started anew does, in tests for one."""
    middleware = LoggingMiddleware(crash_at_crash)
    reads = []
    for form in ("console", "json"):
        reads.append(configured(form))
        async with client_of(middleware) as client:
            await client.get("/")
            await client.get("/crash")

    events = [line["event"] for line in lines(reads[-1])]
    assert events == ["request", "unhandled error", "request"]


async def crash_at_crash(scope: Scope, _receive: Receive, send: Send) -> None:
    if scope["path"] == "/crash":
        raise RuntimeError
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body"})
