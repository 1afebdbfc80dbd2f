"""What the middleware makes of a WebSocket whose server stops it, or whose handler goes astray."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket
from starlette.types import Message, Scope
from starlette.websockets import WebSocketDisconnect, WebSocketDisconnected

from app.web.exchange import SocketExchange
from app.web.middleware.websocket import has_left
from tests.web.conftest import ReadLog


class Connected:
    """A client that says nothing, at a server that cannot refuse by a response."""

    def __init__(self, path: str, **scope: Any) -> None:
        self.scope: Scope = {
            "type": "websocket",
            "path": path,
            "headers": [],
            "query_string": b"",
            **scope,
        }
        self.sent: list[Message] = []
        self._connecting: list[Message] = [{"type": "websocket.connect"}]

    async def run(self, app: FastAPI) -> None:
        await app(self.scope, self._receive, self._send)

    async def _receive(self) -> Message:
        if not self._connecting:
            await asyncio.Event().wait()
        return self._connecting.pop()

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


@pytest.mark.parametrize(("closed_here", "is_left"), [(False, True), (True, False)])
def test_a_task_that_comes_after_the_end_is_no_error_where_the_client_has_left(
    closed_here: bool, is_left: bool
) -> None:
    exchange = SocketExchange()
    exchange.status, exchange.close_code, exchange.closed_here = 101, 1001, closed_here

    group = ExceptionGroup("two tasks", [WebSocketDisconnect(), WebSocketDisconnected("too late")])

    assert has_left(group, exchange) is is_left
