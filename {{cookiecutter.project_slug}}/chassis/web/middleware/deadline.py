"""Ends a request that takes too long, and answers one that is cut off because the service stops."""

import asyncio

from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.concurrency.cancellation import is_cancelled
from chassis.outbound.deadline import begin_deadline
from chassis.problems import DeadlineExceeded, Stopping
from chassis.web.errors.problem_response import problem_response
from chassis.web.middleware.deadline_timer import Deadlines
from chassis.web.middleware.exchange import Exchange, SocketExchange
from chassis.web.serving.cancellation import is_draining


class DeadlineMiddleware:
    """Counts until the response starts: streams and background tasks may take their time.

    So may a WebSocket, once it is accepted.
    """

    def __init__(self, app: ASGIApp, *, seconds: float) -> None:
        """Zero `seconds` is no deadline."""
        self.app = app
        self.deadlines = Deadlines(seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        deadline = self.deadlines.start()
        begin_deadline(deadline)
        app = scope.get("app")  # now: a mounted application takes its place
        exchange, send = Exchange.of(scope, send)
        exchange.at_start.append(deadline.lift)
        if isinstance(exchange, SocketExchange):
            exchange.at_accept.append(deadline.lift)
        try:
            with deadline:
                await self.app(scope, receive, send)
        except TimeoutError:
            if exchange.status or not deadline.has_passed:
                raise
            await problem_response(DeadlineExceeded(), scope)(scope, receive, send)
        except asyncio.CancelledError as error:
            if exchange.status or not is_cancelled(error) or not is_draining(app):
                raise
            await problem_response(Stopping(), scope)(scope, receive, send)
