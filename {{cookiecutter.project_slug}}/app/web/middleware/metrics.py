"""Counts and times each request, by method, route and status."""

from time import perf_counter
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Receive, Scope, Send

from app.web.exchange import UNANSWERED, Exchange
from app.web.matched_route import route_template

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
        exchange, send = Exchange.of(scope, send)
        try:
            await self.app(scope, receive, send)
        finally:
            status = exchange.status or UNANSWERED
            seconds = perf_counter() - started
            self.recorder.ended(scope["method"], route_template(scope), status, seconds)
