"""What a middleware of the service's own raises, below the logging middleware."""

import pytest
from fastapi import FastAPI, Request, WebSocket
from fastapi.responses import PlainTextResponse, Response
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.problems import Forbidden, NotFound
from chassis.web.middleware.security_headers import HEADERS
from tests.support.clients import Client
from tests.support.composition import ReadLog


def raising(app: ASGIApp, error: BaseException) -> ASGIApp:
    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        raise error

    return call


def raise_in_middleware(app: FastAPI, error: BaseException) -> None:
    app.user_middleware.append(Middleware(raising, error=error))


@pytest.mark.parametrize(
    ("error", "status", "problem"),
    [
        (Forbidden("You may not."), 403, "/problems/forbidden"),
        (HTTPException(413), 413, "/problems/content-too-large"),
        (PoolTimeoutError(), 503, "/problems/pool-exhausted"),
        (ExceptionGroup("", [NotFound(), HTTPException(404)]), 404, "/problems/not-found"),
        (ExceptionGroup("", [TimeoutError(), TimeoutError()]), 504, "/problems/timeout"),
    ],
)
async def test_what_is_raised_to_be_told_is_answered_as_a_route_would(
    app: FastAPI, client: Client, read_log: ReadLog, error: Exception, status: int, problem: str
) -> None:
    raise_in_middleware(app, error)

    answer = await client.get("/anything")

    assert (answer.status_code, answer.json()["type"]) == (status, problem)
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert {name.decode() for name, _ in HEADERS} <= answer.headers.keys()
    (line,) = read_log("request")
    assert (line["status"], line["problem"]) == (status, problem)
    assert read_log("unhandled error") == []


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("hunter2"),
        ExceptionGroup("", [NotFound(), KeyError()]),
        ExceptionGroup("", [NotFound(), Forbidden()]),
        ExceptionGroup("", [RuntimeError("hunter2")]),
    ],
)
async def test_a_defect_is_told_to_nobody_but_the_log(
    app: FastAPI, client: Client, read_log: ReadLog, error: Exception
) -> None:
    raise_in_middleware(app, error)

    answer = await client.get("/anything")

    assert (answer.status_code, answer.json()["type"]) == (500, "/problems/internal-error")
    assert len(read_log("unhandled error")) == 1


async def test_the_service_answers_with_a_handler_of_its_own(app: FastAPI, client: Client) -> None:
    @app.exception_handler(Forbidden)
    async def refuse(_request: Request, _error: Forbidden) -> Response:
        return PlainTextResponse("no", 403)

    raise_in_middleware(app, Forbidden())

    assert (await client.get("/anything")).text == "no"


async def test_a_handler_that_fails_leaves_an_answer(
    app: FastAPI, client: Client, read_log: ReadLog
) -> None:
    @app.exception_handler(Forbidden)
    async def refuse(_request: Request, _error: Forbidden) -> Response:
        raise RuntimeError

    raise_in_middleware(app, Forbidden())

    assert (await client.get("/anything")).status_code == 500
    assert len(read_log("the handler of errors failed")) == 1


async def test_a_handler_of_defects_that_raises_the_defect_leaves_an_answer(
    app: FastAPI, client: Client, read_log: ReadLog
) -> None:
    @app.exception_handler(Exception)
    async def refuse(_request: Request, error: Exception) -> Response:
        raise error

    raise_in_middleware(app, RuntimeError())

    assert (await client.get("/anything")).status_code == 500
    assert len(read_log("unhandled error")) == 1


async def test_without_handlers_a_problem_is_a_defect(app: FastAPI, client: Client) -> None:
    app.exception_handlers.clear()
    raise_in_middleware(app, Forbidden())

    assert (await client.get("/anything")).status_code == 500


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Forbidden("You may not."), 403),
        (RuntimeError("hunter2"), 500),
        (ExceptionGroup("hunter2", [Forbidden("You may not.")]), 403),
        (ExceptionGroup("hunter2", [Forbidden("You may not."), NotFound("")]), 500),
    ],
)
async def test_a_handshake_is_refused_by_it(app: FastAPI, error: Exception, status: int) -> None:
    @app.websocket("/talk")
    async def talk(socket: WebSocket) -> None:
        await socket.accept()

    raise_in_middleware(app, error)
    start, *body = await handshake(app, "/talk")
    assert (start["type"], start["status"]) == ("websocket.http.response.start", status)
    assert b"hunter2" not in b"".join(message["body"] for message in body)


async def handshake(app: FastAPI, path: str) -> list[Message]:
    """What is answered by a server that can refuse a handshake with a response."""
    scope: Scope = {"type": "websocket", "path": path, "query_string": b"", "headers": []}
    scope["state"] = {}
    scope["extensions"] = {"websocket.http.response": {}}
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent
