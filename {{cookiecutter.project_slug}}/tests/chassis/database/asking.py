"""Requests that do something with the database, and what an answer to a failed one must be."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI
from httpx import Response
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database.reader import Reader
from chassis.database.session import Database
from chassis.web.sessions import ReadSession, Session
from tests.support.clients import client_of

Work = Callable[[AsyncSession], Awaitable[object]]

SECRET = "hunter2"  # in every value that a failing statement gets
MEMBERS = {"type", "title", "status", "detail", "instance", "request_id"}
INTERNALS = re.compile(
    rf"{SECRET}|select|insert|update|asyncpg|sqlalchemy|postgres|traceback|key \(|row|\$\d|\[sql",
    re.IGNORECASE,
)


async def ask(app: FastAPI, work: Work) -> Response:
    """Send a request whose handler does this in the request's transaction."""

    async def handle(session: Session) -> None:
        await work(session)

    return await _post(app, handle)


async def ask_reading(app: FastAPI, work: Callable[[Reader], Awaitable[object]]) -> Response:
    """Send a request whose handler does this in a session for reads."""

    async def handle(session: ReadSession) -> None:
        await work(session)

    return await _post(app, handle)


async def _post(app: FastAPI, handle: Callable[..., Any]) -> Response:
    path = f"/work-{len(app.routes)}"
    app.add_api_route(path, handle, methods=["POST"])
    async with client_of(app) as client:
        return await client.post(path)


def assert_problem(
    response: Response, status: int, kind: str, *, retry_after: str | None = None
) -> None:
    """It is this problem, it says when to try again, and it tells nothing of the inside."""
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert (response.status_code, body["type"]) == (status, f"/problems/{kind}")
    assert response.headers.get("retry-after") == retry_after
    assert set(body) == MEMBERS
    assert INTERNALS.search(body["title"] + body["detail"]) is None


def checked_out(database: Database) -> int:
    """How many connections are in use."""
    pool: Any = database.engine.pool
    count: int = pool.checkedout()
    return count
