"""Where the server lets no application refuse a handshake by a response: a close says it."""

from typing import Any

import pytest
from starlette.responses import PlainTextResponse, Response
from starlette.types import Message, Scope

from chassis.problems import NotFound, RateLimitExceeded
from chassis.web.errors.problem_response import problem_response
from chassis.web.errors.websocket_errors import MAX_REASON, answering
from chassis.web.middleware.exchange import Exchange, SocketExchange

CLOSED = {"type": "websocket.close", "code": 1008, "reason": "/problems/not-found"}


class Socket:
    """Notes what an application sends to a server with these extensions."""

    def __init__(self, **extensions: Any) -> None:
        self.scope: Scope = {"type": "websocket", "path": "/", "extensions": extensions}
        self.sent: list[Message] = []
        self.is_gone = False
        exchange, send = Exchange.of(self.scope, self._note)
        assert isinstance(exchange, SocketExchange)
        self.exchange = exchange
        self.send = answering(self.scope, self.receive, send, exchange)

    async def respond(self, response: Response) -> None:
        await response(self.scope, self.receive, self.send)

    async def receive(self) -> Message:
        return {}

    async def _note(self, message: Message) -> None:
        self.sent.append(message)
        if self.is_gone:
            error = "gone"
            raise OSError(error)


async def test_it_is_closed_in_place_of_the_response() -> None:
    socket = Socket()

    await socket.respond(problem_response(NotFound(), socket.scope))

    assert socket.sent == [CLOSED]


async def test_a_close_stays_as_it_is() -> None:
    socket = Socket()

    await socket.send({"type": "websocket.close", "code": 4_000})

    assert socket.sent == [{"type": "websocket.close", "code": 4_000}]


async def test_a_socket_that_is_open_is_closed_once() -> None:
    socket = Socket(**{"websocket.http.response": {}})
    await socket.send({"type": "websocket.accept"})

    await socket.respond(problem_response(NotFound(), socket.scope))
    await socket.respond(problem_response(RateLimitExceeded(), socket.scope))

    assert socket.sent[1:] == [CLOSED]


async def test_who_has_left_after_it_was_accepted_gets_no_response_either() -> None:
    socket = Socket(**{"websocket.http.response": {}})
    await socket.send({"type": "websocket.accept"})
    socket.is_gone = True

    with pytest.raises(OSError, match="gone"):
        await socket.send({"type": "websocket.send", "text": "hello"})
    with pytest.raises(OSError, match="gone"):
        await socket.respond(problem_response(NotFound(), socket.scope))

    assert socket.sent[-1] == CLOSED
    assert socket.exchange.status == 101


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [(401, 1008, "Unauthorized"), (503, 1013, "Service Unavailable"), (599, 1011, "")],
)
async def test_a_response_that_is_no_problem_is_told_by_its_status(
    status: int, code: int, reason: str
) -> None:
    socket = Socket()
    await socket.send({"type": "websocket.accept"})

    await socket.respond(PlainTextResponse("text", status))

    assert socket.sent[1:] == [{"type": "websocket.close", "code": code, "reason": reason}]


async def test_a_reason_fits_into_a_control_frame() -> None:
    class LongWinded(NotFound):
        type = f"/problems/{'long' * 40}"
        title = "Long-winded"

    socket = Socket()
    await socket.send({"type": "websocket.accept"})

    await socket.respond(problem_response(LongWinded(), socket.scope))

    assert len(socket.sent[-1]["reason"].encode()) == MAX_REASON
