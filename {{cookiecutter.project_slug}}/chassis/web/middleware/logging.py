"""Writes one line for each request, and is where an unhandled error ends."""

import asyncio
from logging import ERROR, INFO
from time import perf_counter

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.auth.principal import PRINCIPAL
from chassis.concurrency.cancellation import is_cancelled
from chassis.observability.events import EventLog
from chassis.observability.queries import Queries, count_queries
from chassis.web.errors.handlers import response_to_defect, response_to_raised
from chassis.web.middleware.exchange import Exchange
from chassis.web.middleware.late_failure import tell_late_failure
from chassis.web.middleware.websocket import WebSocketMiddleware
from chassis.web.routing.matched_route import route_template
from chassis.web.routing.told_path import told_path

SERVER_ERROR = 500
EXPECTED = "expected"
"""In the state of a request whose 5xx is no failure: `request.state.expected = True`."""


class LoggingMiddleware:
    """Makes an unhandled error a 500 here, so that it passes timing, request ID and CORS."""

    def __init__(self, app: ASGIApp, *, warn_of_repeated_queries: bool = False) -> None:
        self.app = app
        self.sockets = WebSocketMiddleware(app)
        self.warn = warn_of_repeated_queries
        self.log = EventLog()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            other = self.sockets if scope["type"] == "websocket" else self.app
            await other(scope, receive, send)
            return
        started = perf_counter()
        queries = count_queries(by_statement=self.warn)
        exchange, send = Exchange.of(scope, send)
        try:
            await self.app(scope, receive, send)
        except (Exception, asyncio.CancelledError) as error:
            if exchange.is_complete:
                exchange.failed_late = True
                tell_late_failure(error)
                if is_cancelled(error):
                    raise
            elif exchange.status or is_cancelled(error):
                # Only a broken connection can tell the client. The server logs the traceback.
                event = describe("response broken off", scope, exchange.status, started, queries)
                self.log.write(ERROR, event)
                raise
            else:
                await answer(error, scope, receive, send)
        is_failure = exchange.status >= SERVER_ERROR and not scope.get("state", {}).get(EXPECTED)
        level = ERROR if is_failure else INFO
        event = describe("request", scope, exchange.status, started, queries)
        self.log.write(level, event)
        if (repeated := queries.most_repeated()) is not None:
            statement, times = repeated
            structlog.get_logger().warning(
                "one statement many times", times=times, statement=statement
            )


async def answer(error: BaseException, scope: Scope, receive: Receive, send: Send) -> None:
    """With the problem that it means, or with a 500."""
    response = await response_to_raised(error, scope)
    if response is None:
        structlog.get_logger().exception("unhandled error", exc_info=error)
        response = await response_to_defect(error, scope)
    await response(scope, receive, send)


def describe(
    event: str, scope: Scope, status: int, started: float, queries: Queries
) -> dict[str, object]:
    """A request's line."""
    client, route = scope.get("client"), route_template(scope)
    line = {
        "event": event,
        "method": scope["method"],
        "route": route,
        "path": told_path(scope, route),
        "status": status,
        # `round` to places of a float makes text of it; of an integer, it does not.
        "duration_ms": round((perf_counter() - started) * 100_000) / 100,
        "queries": queries.count,
        "database_ms": round(queries.seconds * 100_000) / 100,
        "client": client[0] if client else None,
    }
    state = scope.get("state", {})
    if (principal := state.get(PRINCIPAL)) is not None:
        line["principal"] = principal.id
    for name in ("problem", "cause"):
        if name in state:
            line[name] = state[name]
    return line
