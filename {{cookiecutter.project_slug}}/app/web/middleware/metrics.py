"""Counts and times each request, by method, route and status."""

from collections.abc import Awaitable
from time import perf_counter
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.routes import route_template

if TYPE_CHECKING:
    from app.observability.metrics.recording import RequestRecorder


class MetricsMiddleware:
    """Stands outside the logging middleware, so that it sees what becomes of an error."""

    def __init__(self, app: ASGIApp, recorder: "RequestRecorder") -> None:
        self.app = app
        self.recorder = recorder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = perf_counter()
        self.recorder.begun(scope["method"])
        status = 500  # what the server answers when nothing else is

        def send_and_note(message: Message) -> Awaitable[None]:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            return send(message)

        try:
            await self.app(scope, receive, send_and_note)
        finally:
            seconds = perf_counter() - started
            self.recorder.ended(scope["method"], route_template(scope), status, seconds)
