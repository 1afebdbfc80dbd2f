"""No request takes for ever, unless it has begun to answer."""

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import BackgroundTasks, FastAPI
from fastapi.responses import StreamingResponse
from sqlalchemy import text
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.web.middleware.deadline import DeadlineMiddleware
from chassis.web.sessions import Session
from tests.support.clients import Client, client_of, until_ready
from tests.support.composition import ReadLog, StartApp
from tests.support.settings import make_settings

DEADLINE = 0.5


@pytest.fixture
def unwound() -> list[str]:
    """What a handler could do on its way out."""
    return []


@pytest.fixture
async def app(start_app: StartApp, database_url: str, unwound: list[str]) -> FastAPI:
    database = {"url": database_url, "pool_size": 1, "statement_timeout": 0.2}
    settings = make_settings(database=database, server={"request_timeout": DEADLINE})
    app: FastAPI = await start_app(settings)
    async with app.state.database.reading() as session:
        await session.execute(text("SELECT 1"))  # to connect may take a busy machine longer

    @app.get("/endless")
    async def endless(session: Session) -> None:
        await session.execute(text("SELECT 1"))
        try:
            await asyncio.Event().wait()
        finally:
            unwound.append("/endless")

    @app.get("/raising")
    async def raising() -> None:
        raise TimeoutError

    @app.get("/ignoring")
    async def ignoring() -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return "late"
        return "never"

    @app.get("/stream")
    async def stream() -> StreamingResponse:
        async def parts() -> AsyncIterator[str]:
            yield "first "
            await asyncio.sleep(2 * DEADLINE)
            yield "last"

        return StreamingResponse(parts())

    @app.get("/background")
    async def background(tasks: BackgroundTasks) -> None:
        async def work() -> None:
            await asyncio.sleep(2 * DEADLINE)
            unwound.append("/background")

        tasks.add_task(work)

    return app


async def test_a_request_that_takes_too_long_is_given_up(
    client: Client, unwound: list[str], read_log: ReadLog
) -> None:
    response = await client.get("/endless")

    assert response.status_code == 504
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == "/problems/deadline-exceeded"
    assert "x-request-id" in response.headers
    assert unwound == ["/endless"]
    (line,) = read_log("request")
    assert (line["status"], line["route"]) == (504, "/endless")
    assert line["problem"] == "/problems/deadline-exceeded"


async def test_it_gives_its_connection_back(client: Client, app: FastAPI) -> None:
    for _ in range(3):  # of a pool of one
        assert (await client.get("/endless")).status_code == 504

    assert app.state.database.engine.pool.checkedout() == 0
    await until_ready(client)


@pytest.mark.parametrize(("path", "body"), [("/stream", "first last"), ("/ignoring", '"late"')])
async def test_what_has_begun_to_answer_may_end(client: Client, path: str, body: str) -> None:
    response = await client.get(path)

    assert (response.status_code, response.text) == (200, body)


async def test_work_after_the_answer_may_take_its_time(client: Client, unwound: list[str]) -> None:
    assert (await client.get("/background")).status_code == 200

    assert unwound == ["/background"]


async def test_a_timeout_of_inner_work_keeps_its_own_meaning(client: Client) -> None:
    assert (await client.get("/raising")).json()["type"] == "/problems/timeout"


async def test_a_timeout_that_nobody_handles_is_no_deadline() -> None:
    async def failing(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise TimeoutError

    async with client_of(DeadlineMiddleware(failing, seconds=60)) as client:
        with pytest.raises(TimeoutError):
            await client.get("/")


async def shaken(handler: ASGIApp) -> list[Message]:
    """What a WebSocket is sent that has a tenth of a second for its handshake."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await DeadlineMiddleware(handler, seconds=0.1)(
        {"type": "websocket", "path": "/"}, receive, send
    )
    return sent


async def test_a_handshake_that_takes_too_long_is_given_up() -> None:
    async def endless(_scope: Scope, _receive: Receive, _send: Send) -> None:
        await asyncio.Event().wait()

    start, _ = await shaken(endless)

    assert (start["type"], start["status"]) == ("websocket.http.response.start", 504)


async def test_a_websocket_that_was_accepted_may_take_its_time() -> None:
    async def patient(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})
        await asyncio.sleep(0.2)
        await send({"type": "websocket.close"})

    assert [it["type"] for it in await shaken(patient)] == ["websocket.accept", "websocket.close"]


async def test_nothing_of_a_request_is_left_for_the_collector() -> None:
    """Its task leads to its context, that to the deadline, and that nowhere once it is over."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def nothing(*_: object) -> Any:
        return None

    bounded: ASGIApp = DeadlineMiddleware(app, seconds=60)
    gc.disable()
    try:
        scope = {"type": "http", "path": "/"}
        task = asyncio.ensure_future(bounded(scope, nothing, nothing))
        left = weakref.ref(task)
        await task
        del task, scope
        await asyncio.sleep(0)  # the event loop still has it in hand
        assert left() is None
    finally:
        gc.enable()
