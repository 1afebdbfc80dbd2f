"""Counts the requests in progress; answers with `Connection: close` once the service is to stop."""

import asyncio
from typing import cast

from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.web.middleware.exchange import Exchange, Header


class DrainMiddleware:
    """Adds `Connection: close` while the service drains, so that no connection is left to break."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        drain = scope["app"].state["drain"]

        def close_if_draining(headers: list[Header]) -> None:
            if drain.is_set():
                headers.append((b"connection", b"close"))

        exchange, send = Exchange.of(scope, send)
        exchange.at_start.append(close_if_draining)
        task = cast("asyncio.Task[object]", asyncio.current_task())
        drain.begun(task)
        try:
            await self.app(scope, receive, send)
        finally:
            drain.ended(task)
