"""Counts and times each request, by method, route and status; and the WebSockets that are open."""

from time import perf_counter
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.observability.methods import HANDSHAKE
from chassis.web.middleware.exchange import ACCEPTED, UNANSWERED, Exchange
from chassis.web.routing.matched_route import route_template

if TYPE_CHECKING:
    from chassis.observability.metrics.recording import RequestRecorder


class MetricsMiddleware:
    """Stands outside the logging middleware, so that it sees what becomes of an error."""

    def __init__(self, app: ASGIApp, recorder: "RequestRecorder") -> None:
        self.app = app
        self.recorder = recorder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
            return
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

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Its handshake is a request, which ends with 101; what follows may last for days."""
        handshake = _Handshake(self.recorder, scope)
        exchange, send = Exchange.of(scope, send)

        async def send_and_look(message: Message) -> None:
            await send(message)
            if not handshake.answered and exchange.status:
                handshake.end(exchange.status)

        try:
            await self.app(scope, receive, send_and_look)
        finally:
            if not handshake.answered:
                handshake.end(UNANSWERED)
            elif handshake.answered == ACCEPTED:
                self.recorder.socket_closed(route_template(scope))


class _Handshake:
    def __init__(self, recorder: "RequestRecorder", scope: Scope) -> None:
        self._recorder, self._scope = recorder, scope
        self._started = perf_counter()
        self.answered = 0
        """The status."""
        recorder.begun(HANDSHAKE)

    def end(self, status: int) -> None:
        self.answered = status
        route = route_template(self._scope)
        self._recorder.ended(HANDSHAKE, route, status, perf_counter() - self._started)
        if status == ACCEPTED:
            self._recorder.socket_opened(route)
