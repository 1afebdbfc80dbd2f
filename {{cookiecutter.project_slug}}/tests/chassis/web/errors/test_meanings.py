"""A group of exceptions, as a TaskGroup raises it, is answered as the one thing that it means."""

import asyncio
from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from sqlalchemy import text
from sqlalchemy.exc import ArgumentError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from chassis.problems import AlreadyExists, Conflict, NotFound, Problem
from chassis.web.sessions import CurrentDatabase, Session
from tests.support.clients import Client
from tests.support.composition import ReadLog

INVALID = RequestValidationError([{"type": "missing", "loc": ("body", "name"), "msg": "required"}])


def group(*errors: Exception) -> ExceptionGroup[Exception]:
    return ExceptionGroup("the text of a group", errors)


def raising(app: FastAPI, error: Exception) -> None:
    """At `/async`; and at `/sync`, which is FastAPI's way and not the lean one."""

    async def handle() -> str:
        raise error

    def handle_in_thread() -> str:
        raise error

    app.get("/async")(handle)
    app.get("/sync")(handle_in_thread)


@pytest.mark.parametrize("path", ["/async", "/sync"])
@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (group(NotFound("a")), 404, "/problems/not-found"),
        (group(NotFound("a"), NotFound("b")), 404, "/problems/not-found"),
        (group(NotFound("a"), group(group(NotFound("b")))), 404, "/problems/not-found"),
        (group(NotFound("a"), HTTPException(404, "b")), 404, "/problems/not-found"),
        (group(HTTPException(402, "a"), HTTPException(402, "b")), 402, "about:blank"),
        (group(INVALID), 422, "/problems/invalid-request"),
        (group(asyncpg.DeadlockDetectedError("x")), 503, "/problems/contention"),
        (group(PoolTimeoutError("x"), PoolTimeoutError("y")), 503, "/problems/pool-exhausted"),
        (
            group(asyncpg.UniqueViolationError("x"), AlreadyExists()),
            409,
            "/problems/already-exists",
        ),
        (group(TimeoutError("x")), 504, "/problems/timeout"),
    ],
)
async def test_members_that_mean_one_problem_are_answered_as_it(
    app: FastAPI, client: Client, path: str, error: Exception, status: int, kind: str
) -> None:
    raising(app, error)

    response = await client.get(path)

    assert response.headers["content-type"] == "application/problem+json"
    assert (response.status_code, response.json()["type"]) == (status, kind)


@pytest.mark.parametrize("path", ["/async", "/sync"])
@pytest.mark.parametrize(
    "error",
    [
        group(NotFound("first"), RuntimeError("second")),
        group(NotFound("first"), group(KeyError("second"))),
        group(AlreadyExists("first"), Conflict("second")),
        group(HTTPException(402, "first"), HTTPException(418, "second")),
        group(RuntimeError("first"), RuntimeError("second")),
        group(ArgumentError("first"), ArgumentError("second")),
    ],
)
async def test_members_that_mean_different_things_are_a_defect_and_all_in_the_log(
    app: FastAPI, client: Client, read_log: ReadLog, path: str, error: Exception
) -> None:
    raising(app, error)

    response = await client.get(path)

    assert (response.status_code, response.json()["type"]) == (500, "/problems/internal-error")
    (line,) = read_log("unhandled error")
    assert "first" in line["exception"]
    assert "second" in line["exception"]


async def test_the_first_member_is_the_one_that_is_told(
    app: FastAPI, client: Client, read_log: ReadLog
) -> None:
    first = NotFound("a", headers={"X-Own": "yes"})
    first.__cause__ = KeyError("cause")
    raising(app, group(first, NotFound("b")))

    response = await client.get("/async")

    assert (response.json()["detail"], response.headers["x-own"]) == ("a", "yes")
    assert read_log("request")[0]["cause"] == "KeyError"
    assert read_log("unhandled error") == []


@pytest.mark.parametrize("in_thread", [False, True])
async def test_an_applications_own_handler_answers_for_a_group_too(
    app: FastAPI, client: Client, in_thread: bool
) -> None:
    def on_problem(_: Request, problem: Problem) -> Response:
        return PlainTextResponse(f"own {problem}", problem.status)

    async def on_problem_async(request: Request, problem: Problem) -> Response:
        return on_problem(request, problem)

    app.exception_handler(NotFound)(on_problem if in_thread else on_problem_async)
    raising(app, group(NotFound("a")))

    response = await client.get("/async")

    assert (response.status_code, response.text) == (404, "own a")


@pytest.mark.parametrize(
    ("failing", "status", "kind"),
    [
        ("SELECT 1 / 0", 422, "invalid-request"),
        ("SELECT pg_terminate_backend(pg_backend_pid())", 503, "database-unavailable"),
    ],
)
async def test_what_fails_in_a_task_group_rolls_the_request_back(
    app: FastAPI, client: Client, sql: Any, failing: str, status: int, kind: str
) -> None:
    await sql.execute("CREATE TABLE IF NOT EXISTS scratch_log (size int); TRUNCATE scratch_log")

    @app.post("/together")
    async def together(session: Session, database: CurrentDatabase) -> str:
        await session.execute(text("INSERT INTO scratch_log VALUES (1)"))
        began = asyncio.Event()

        async def waiting() -> None:
            began.set()
            await asyncio.Event().wait()  # the group cancels it, which is no member

        async def fail() -> None:
            await began.wait()
            async with database.transaction() as other:
                await other.execute(text(failing))

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(waiting())
            tasks.create_task(fail())
        return "done"

    try:
        response = await client.post("/together")

        assert (response.status_code, response.json()["type"]) == (status, f"/problems/{kind}")
        assert await sql.fetchval("SELECT count(*) FROM scratch_log") == 0
    finally:
        await sql.execute("DROP TABLE scratch_log")


async def test_a_deadlock_in_a_task_group_is_not_tried_again(app: FastAPI, client: Client) -> None:
    """Its members had transactions of their own, and some of these may be committed."""
    tries = []

    @app.post("/run")
    async def run(database: CurrentDatabase) -> str:
        async def work(_: Any) -> str:
            tries.append(1)
            raise group(asyncpg.DeadlockDetectedError("x"))

        return await database.run(work)

    response = await client.post("/run")

    assert (response.status_code, response.headers["retry-after"]) == (503, "0")
    assert tries == [1]
