"""What the middleware makes of a WebSocket whose server stops it, or whose handler goes astray."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket
from starlette.types import Message, Scope
from starlette.websockets import WebSocketDisconnect

from tests.chassis.observability.conftest import configured, lines
from tests.support.composition import ReadLog


class Connected:
    """A client that says nothing and may leave, at a server that cannot refuse by a response."""

    def __init__(self, path: str, *, leaves: bool = False, **scope: Any) -> None:
        self.scope: Scope = {
            "type": "websocket",
            "path": path,
            "headers": [],
            "query_string": b"",
            **scope,
        }
        self.sent: list[Message] = []
        self._coming: list[Message] = [{"type": "websocket.connect"}]
        if leaves:
            self._coming.append({"type": "websocket.disconnect", "code": 1001})

    async def run(self, app: FastAPI) -> None:
        await app(self.scope, self._receive, self._send)

    async def _receive(self) -> Message:
        if not self._coming:
            await asyncio.Event().wait()
        return self._coming.pop(0)

    async def _send(self, message: Message) -> None:
        self.sent.append(message)


async def test_one_that_somebody_else_cancels_is_closed_and_stays_cancelled(
    app: FastAPI, read_log: ReadLog
) -> None:
    begun = asyncio.Event()

    @app.websocket("/endless")
    async def endless(socket: WebSocket) -> None:
        await socket.accept()
        begun.set()
        await asyncio.Event().wait()

    client = Connected("/endless", client=("192.0.2.1", 1))
    task = asyncio.create_task(client.run(app))
    await begun.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert client.sent[-1]["code"] == 1012
    (line,) = read_log("websocket")
    assert (line["close_code"], line["client"]) == (1012, "192.0.2.1")
    assert read_log("unhandled error") == []


async def test_a_stray_cancellation_is_a_defect(app: FastAPI, read_log: ReadLog) -> None:
    @app.websocket("/stray")
    async def stray(socket: WebSocket) -> None:
        await socket.accept()
        task = asyncio.create_task(asyncio.sleep(60))
        task.cancel()
        await task

    await (client := Connected("/stray")).run(app)

    assert client.sent[-1]["code"] == 1011
    assert len(read_log("unhandled error")) == 1


async def test_a_disconnect_that_the_handler_makes_up_is_closed(app: FastAPI) -> None:
    @app.websocket("/enough")
    async def enough(socket: WebSocket) -> None:
        await socket.accept()
        raise WebSocketDisconnect

    await (client := Connected("/enough")).run(app)

    assert client.sent[-1]["code"] == 1000


async def test_only_a_group_of_nothing_but_disconnects_is_no_error(
    app: FastAPI, read_log: ReadLog
) -> None:
    @app.websocket("/mixed")
    async def mixed(socket: WebSocket) -> None:
        await socket.accept()
        message = "two tasks"
        raise ExceptionGroup(message, [WebSocketDisconnect(), RuntimeError()])

    await (client := Connected("/mixed")).run(app)

    assert client.sent[-1]["code"] == 1011
    assert len(read_log("unhandled error")) == 1


@pytest.mark.parametrize("use", ["receive", "close"])
async def test_a_task_that_goes_on_after_another_has_heard_the_end_is_no_error(
    app: FastAPI, read_log: ReadLog, use: str
) -> None:
    @app.websocket("/used")
    async def used(socket: WebSocket) -> None:
        await socket.accept()
        with pytest.raises(WebSocketDisconnect):
            await socket.receive_text()
        if use == "receive":
            await socket.receive_text()
        await socket.close()

    await (client := Connected("/used", leaves=True)).run(app)

    last = {"receive": "websocket.accept", "close": "websocket.close"}[use]
    assert client.sent[-1]["type"] == last
    (line,) = read_log("websocket")
    assert (line["level"], line["close_code"]) == ("info", 1001)
    assert read_log("unhandled error") == []


async def test_what_is_used_before_it_is_accepted_is_a_defect(
    app: FastAPI, read_log: ReadLog
) -> None:
    @app.websocket("/hasty")
    async def hasty(socket: WebSocket) -> None:
        await socket.receive_text()

    await Connected("/hasty").run(app)

    assert len(read_log("unhandled error")) == 1


@pytest.mark.parametrize("path", ["/well", "/crash"])
async def test_logging_may_be_configured_again_after_a_line_was_written(
    path: str, app: FastAPI
) -> None:
    @app.websocket("/{way}")
    async def take(socket: WebSocket, way: str) -> None:
        await socket.accept()
        if way == "crash":
            raise RuntimeError

    reads = []
    for form in ("console", "json"):
        reads.append(configured(form))
        await Connected(path, client=("192.0.2.1", 1)).run(app)

    events = [line["event"] for line in lines(reads[-1])]
    assert events == [*(["unhandled error"] if path == "/crash" else []), "websocket"]
