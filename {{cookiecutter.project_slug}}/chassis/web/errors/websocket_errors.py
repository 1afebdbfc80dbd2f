"""How a WebSocket is told what HTTP says by a response: a refused handshake, or a close code."""

from http.client import responses as STANDARD_PHRASES  # noqa: N812  it is a constant

from fastapi import FastAPI, WebSocket
from fastapi.exceptions import WebSocketRequestValidationError
from starlette import status
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from chassis.problems import NotFound, Problem, Stopping
from chassis.web.errors.invalid_input import from_validation
from chassis.web.errors.problem_response import problem_response
from chassis.web.middleware.exchange import ACCEPTED, FORBIDDEN, SocketExchange
from chassis.web.routing.matched_route import route_template

START, BODY = "websocket.http.response.start", "websocket.http.response.body"
CLOSE = "websocket.close"
MAX_REASON = 123
"""Bytes: a control frame has no room for more (RFC 6455, 5.5)."""
CLOSE_CODES = {
    413: status.WS_1009_MESSAGE_TOO_BIG,
    429: status.WS_1013_TRY_AGAIN_LATER,
    503: status.WS_1013_TRY_AGAIN_LATER,
}
SERVER_ERROR = 500


def handle_socket_errors(app: FastAPI) -> None:
    """The other handlers serve both: `answering` makes of their responses what is possible."""
    app.exception_handler(WebSocketRequestValidationError)(on_invalid_handshake)


async def on_invalid_handshake(
    socket: WebSocket, error: WebSocketRequestValidationError
) -> Response:
    return problem_response(from_validation(error, socket.scope), socket.scope)


def answering(scope: Scope, receive: Receive, send: Send, exchange: SocketExchange) -> Send:
    """A `send` that takes a response at any time, and refuses a handshake with a problem.

    RFC 6455 knows a response to the handshake alone, and not every server lets an application
    write it: https://asgi.readthedocs.io/en/latest/extensions.html#websocket-denial-response
    """
    can_refuse = "websocket.http.response" in scope.get("extensions", {})

    async def send_what_fits(message: Message) -> None:
        kind = message["type"]
        if kind in {START, BODY} and (exchange.status == ACCEPTED or not can_refuse):
            if kind == START and exchange.close_code is None:
                await send(_closing(scope, message["status"]))
        elif kind == CLOSE and can_refuse and not exchange.status:
            refusal = _refusal(scope, message.get("reason"))
            await problem_response(refusal, scope)(scope, receive, send)
        else:
            await send(message)

    return send_what_fits


def _refusal(scope: Scope, reason: str | None) -> Problem:
    """Starlette closes what has no route, and FastAPI what raises a WebSocketException."""
    if route_template(scope) is None:
        return NotFound("There is nothing at this path.")
    problem = Problem(reason or None)
    problem.status, problem.title = FORBIDDEN, STANDARD_PHRASES[FORBIDDEN]
    return problem


def _closing(scope: Scope, answer: int) -> Message:
    problem = scope.get("state", {}).get("problem", Problem.type)
    reason = STANDARD_PHRASES.get(answer, "") if problem == Problem.type else problem
    return {"type": CLOSE, "code": _close_code(answer, problem), "reason": reason[:MAX_REASON]}


def _close_code(answer: int, problem: str) -> int:
    if problem == Stopping.type:
        return status.WS_1012_SERVICE_RESTART
    if answer in CLOSE_CODES:
        return CLOSE_CODES[answer]
    return (
        status.WS_1008_POLICY_VIOLATION if answer < SERVER_ERROR else status.WS_1011_INTERNAL_ERROR
    )
