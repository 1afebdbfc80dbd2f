"""Tells each response how long the service took to start it."""

from collections.abc import Awaitable
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class TimingMiddleware:
    """Adds `X-Response-Time: 0.0123s`; for a stream, the time to its first byte."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] != "http":
            return self.app(scope, receive, send)
        started = perf_counter()

        def send_with_time(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                taken = b"%.4fs" % (perf_counter() - started)
                message["headers"] = [*message.get("headers", ()), (b"x-response-time", taken)]
            return send(message)

        return self.app(scope, receive, send_with_time)
