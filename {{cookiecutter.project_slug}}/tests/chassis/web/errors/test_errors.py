"""Every failure is answered in one way, and tells nothing that the client does not need."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from sqlalchemy.exc import ArgumentError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp

from chassis.problems import NotFound, Problem, Unavailable
from tests.support.clients import Client
from tests.support.composition import ReadLog

PROBLEM = "application/problem+json"


async def test_a_path_without_a_route_is_a_problem(client: Client) -> None:
    response = await client.get("/nowhere", headers={"X-Request-ID": "abc-1"})

    assert response.status_code == 404
    assert response.headers["content-type"] == PROBLEM
    assert response.json() == {
        "type": "/problems/not-found",
        "title": "Not found",
        "status": 404,
        "detail": "There is nothing at this path.",
        "instance": "/nowhere",
        "request_id": "abc-1",
    }


async def test_a_trailing_slash_is_not_redirected_to_a_forged_host(client: Client) -> None:
    response = await client.get("/health/live/", headers={"Host": "evil.example"})

    assert response.status_code == 404


@pytest.mark.parametrize("path", ["/%ED%A0%80", "/%ff", "/a%20b%22%0d%0aX: y", "/%E2%82%AC"])
async def test_a_strange_path_is_named_as_a_valid_uri(client: Client, path: str) -> None:
    response = await client.get(path)

    assert response.status_code == 404
    instance = response.json()["instance"]
    assert instance.isascii()
    assert not set(instance) & set(' "<>\r\n')


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/things", "GET, HEAD, POST"),
        ("/things/7", "DELETE, GET, HEAD, PATCH"),
        ("/things/latest", "DELETE, GET, HEAD, PATCH, PUT"),  # `latest` is an id as well
        ("/health/live", "GET, HEAD"),
        ("/docs", "GET, HEAD"),
    ],
)
async def test_a_wrong_method_is_told_all_right_ones(
    app: FastAPI, client: Client, path: str, allow: str
) -> None:
    async def nothing() -> None: ...

    reading, writing = APIRouter(prefix="/things"), APIRouter()
    reading.add_api_route("", nothing, methods=["GET"])
    reading.add_api_route("/{thing_id}", nothing, methods=["GET"])
    writing.add_api_route("/things", nothing, methods=["POST"])
    writing.add_api_route("/things/latest", nothing, methods=["PUT"])
    writing.add_api_route("/things/{key}", nothing, methods=["DELETE", "PATCH"])
    app.include_router(reading)
    app.include_router(writing)

    response = await client.request("TRACE", path)

    assert response.status_code == 405
    assert response.headers["allow"] == allow
    assert response.headers["content-type"] == PROBLEM
    assert response.json()["type"] == "/problems/method-not-allowed"
    assert response.json()["detail"] == f"Use one of: {allow}."


@pytest.mark.parametrize("retry_after", [0, 7])
async def test_a_problem_says_when_to_try_again(
    app: FastAPI, client: Client, retry_after: int
) -> None:
    @app.get("/busy")
    async def busy() -> None:
        raise Unavailable(retry_after=retry_after)

    response = await client.get("/busy")

    assert response.status_code == 503
    assert response.headers["retry-after"] == str(retry_after)


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (asyncpg.CannotConnectNowError("secret"), 503, "database-unavailable"),
        (asyncpg.InterfaceError("secret"), 500, "internal-error"),
        (ArgumentError("secret"), 500, "internal-error"),
        (TimeoutError("secret"), 504, "timeout"),
    ],
)
async def test_a_failure_of_the_database_tells_its_cause_to_the_log_alone(
    app: FastAPI, client: Client, read_log: ReadLog, error: Exception, status: int, kind: str
) -> None:
    @app.get("/fail")
    async def fail() -> None:
        raise error

    response = await client.get("/fail")

    assert response.status_code == status
    assert response.json()["type"] == f"/problems/{kind}"
    assert "secret" not in response.text
    (line,) = read_log("request")
    assert line["cause"].startswith(type(error).__name__)
    assert line["cause"].endswith("secret")
    assert len(read_log("unexpected database error")) == (status == 500)


async def test_a_deadline_that_passes_is_a_timeout(app: FastAPI, client: Client) -> None:
    @app.get("/late")
    async def late() -> None:
        async with asyncio.timeout(0.01):
            await asyncio.sleep(60)

    assert (await client.get("/late")).status_code == 504


async def test_an_error_outside_the_logging_middleware_is_a_problem_too(app: FastAPI) -> None:
    class Broken:
        def __init__(self, app: ASGIApp) -> None: ...

        async def __call__(self, *_: object) -> None:
            message = "the text of an exception"
            raise RuntimeError(message)

    app.add_middleware(Broken)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with Client(transport=transport, base_url="http://test") as client:
        response = await client.get("/health/live")

    assert response.status_code == 500
    assert response.headers["content-type"] == PROBLEM
    assert response.json()["type"] == "/problems/internal-error"
    assert "the text of an exception" not in response.text


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        (NotFound, "/problem"),
        (Problem, "/problem"),
        (HTTPException, "/nowhere"),
        (404, "/nowhere"),
        (RequestValidationError, "/number?n=x"),
        (TimeoutError, "/late"),
        (Exception, "/crash"),
        (500, "/crash"),
    ],
)
@pytest.mark.parametrize("in_thread", [False, True])
async def test_a_handler_that_the_application_is_given_is_the_one_that_answers(
    app: FastAPI, client: Client, kind: Any, path: str, in_thread: bool
) -> None:
    def answer(_: Request, error: Exception) -> Response:
        return PlainTextResponse(f"own {type(error).__name__}", 418)

    async def answer_async(request: Request, error: Exception) -> Response:
        return answer(request, error)

    app.exception_handler(kind)(answer if in_thread else answer_async)
    app.get("/problem")(raising(NotFound()))
    app.get("/late")(raising(TimeoutError()))
    app.get("/crash")(raising(RuntimeError()))

    @app.get("/number")
    async def number(n: int) -> int:
        return n

    response = await client.get(path)

    assert (response.status_code, response.text[:3]) == (418, "own")


def raising(error: Exception) -> Callable[[], Awaitable[str]]:
    async def handle() -> str:
        raise error

    return handle


async def test_what_an_own_handler_answers_has_a_log_line_and_an_id(
    app: FastAPI, client: Client, read_log: ReadLog
) -> None:
    @app.exception_handler(Exception)
    async def answer(_: Request, error: Exception) -> Response:
        return PlainTextResponse("own", 500)

    app.get("/crash")(raising(RuntimeError("inside")))

    response = await client.get("/crash")

    assert response.text == "own"
    assert response.headers["x-request-id"]
    assert "inside" in read_log("unhandled error")[0]["exception"]
    assert read_log("request")[0]["status"] == 500


async def test_an_own_handler_that_asks_for_the_body_or_fails_does_not_keep_anyone_waiting(
    app: FastAPI, client: Client, read_log: ReadLog
) -> None:
    @app.exception_handler(Exception)
    async def answer(request: Request, _: Exception) -> Response:
        return Response(await request.body())

    app.post("/crash")(raising(RuntimeError("inside")))

    response = await client.post("/crash", json={"a": 1})

    assert response.status_code == 500
    assert response.json()["type"] == "/problems/internal-error"
    assert len(read_log("the handler of errors failed")) == 1
