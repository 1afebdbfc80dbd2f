"""Tells each response how long the service took to start it."""

from collections.abc import Awaitable
from time import perf_counter

from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.web.middleware.exchange import Exchange, Header


class TimingMiddleware:
    """Adds `X-Response-Time: 0.0123s`; for a stream, the time to its first byte."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] not in {"http", "websocket"}:
            return self.app(scope, receive, send)
        started = perf_counter()

        def add_time(headers: list[Header]) -> None:
            headers.append((b"x-response-time", b"%.4fs" % (perf_counter() - started)))

        exchange, send = Exchange.of(scope, send)
        exchange.at_start.append(add_time)
        return self.app(scope, receive, send)
