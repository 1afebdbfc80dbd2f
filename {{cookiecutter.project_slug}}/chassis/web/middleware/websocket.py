"""Writes one line for each WebSocket when it ends, and is where an unhandled error ends."""

import asyncio
from contextlib import suppress
from logging import ERROR, INFO
from time import perf_counter
from typing import cast

import structlog
from starlette import status
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect, WebSocketDisconnected

from chassis.auth.principal import PRINCIPAL
from chassis.concurrency.cancellation import is_cancelled
from chassis.observability.events import EventLog
from chassis.problems import InternalError, Stopping
from chassis.web.errors.handlers import response_to_raised
from chassis.web.errors.problem_response import problem_response
from chassis.web.errors.websocket_errors import SERVER_ERROR, answering
from chassis.web.middleware.exchange import ACCEPTED, UNANSWERED, Exchange, SocketExchange
from chassis.web.routing.matched_route import route_template
from chassis.web.routing.told_path import told_path
from chassis.web.serving.cancellation import is_draining


class WebSocketMiddleware:
    """What WebSockets take of the logging middleware; closes what a handler leaves open."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.log = EventLog()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = perf_counter()
        exchange, send = cast("tuple[SocketExchange, Send]", Exchange.of(scope, send))
        send = answering(scope, receive, send, exchange)
        response = None
        try:
            await self.app(scope, exchange.hearing(receive), send)
        except (Exception, asyncio.CancelledError) as error:
            response = None if has_left(error, exchange) else await self._response(error, scope)
            if is_cancelled(error) and not is_draining(scope["service"]):
                raise
        finally:
            with suppress(OSError):  # nobody is there to be told
                if response is not None:
                    await response(scope, receive, send)
                elif exchange.is_open:
                    await send({"type": "websocket.close", "code": _end(scope)})
            self.log.write(*_line(scope, exchange, started))

    async def _response(self, error: BaseException, scope: Scope) -> Response:
        if is_cancelled(error):
            return problem_response(Stopping(), scope)
        response = await response_to_raised(error, scope)
        if response is None:
            structlog.get_logger().error("unhandled error", exc_info=error)
            response = problem_response(InternalError(), scope)
        return response


def has_left(error: BaseException, exchange: SocketExchange) -> bool:
    """Whether all that happened is that the client left; several tasks may say so in a group."""
    if isinstance(error, BaseExceptionGroup):
        return all(has_left(each, exchange) for each in error.exceptions)
    if isinstance(error, WebSocketDisconnected):  # one task used it after another had heard
        return exchange.status == ACCEPTED and not exchange.is_open
    return isinstance(error, WebSocketDisconnect) or error is exchange.lost


def _end(scope: Scope) -> int:
    return (
        status.WS_1012_SERVICE_RESTART
        if is_draining(scope["service"])
        else status.WS_1000_NORMAL_CLOSURE
    )


def _line(scope: Scope, exchange: SocketExchange, started: float) -> tuple[int, dict[str, object]]:
    client, state, route = scope.get("client"), scope.get("state", {}), route_template(scope)
    answer = exchange.status or (None if exchange.lost else UNANSWERED)
    failed = exchange.failed or (answer or 0) >= SERVER_ERROR
    line = {
        "event": "websocket",
        "route": route,
        "path": told_path(
            scope, route
        ),  # never the query string, where browsers have to put tokens
        "status": answer,
        "close_code": exchange.end,
        "duration_ms": round((perf_counter() - started) * 1000, 2),
        "client": client[0] if client else None,
        **({"principal": state[PRINCIPAL].id} if PRINCIPAL in state else {}),
        **{name: state[name] for name in ("problem", "cause") if name in state},
    }
    return ERROR if failed else INFO, line
