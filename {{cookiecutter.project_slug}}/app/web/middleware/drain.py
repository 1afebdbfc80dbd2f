"""Counts the requests in progress, and sends clients elsewhere once the service is to stop."""

import asyncio
from collections.abc import Awaitable
from typing import cast

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class DrainMiddleware:
    """Adds `Connection: close` while the service drains, so that no connection is left to break."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        drain = scope["app"].state.drain

        def send_and_close(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start" and drain.is_set():
                message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
            return send(message)

        task = cast("asyncio.Task[object]", asyncio.current_task())
        drain.begun(task)
        try:
            await self.app(scope, receive, send_and_close)
        finally:
            drain.ended(task)
