"""What fails once the client has its whole answer is told as what it is."""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Annotated, Any

import pytest
from fastapi import BackgroundTasks, Depends, FastAPI
from fastapi.responses import StreamingResponse
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.problems import NotFound
from chassis.web.sessions import Session
from tests.support.clients import Client
from tests.support.composition import ReadLog


async def has_a_handler() -> None:
    raise NotFound


def in_a_thread() -> None:
    raise LookupError


@pytest.mark.parametrize(
    ("task", "name", "raised"),
    [
        (has_a_handler, "has_a_handler", "NotFound"),
        (in_a_thread, "in_a_thread", "LookupError"),
        (partial(in_a_thread), "functools.partial", "LookupError"),
    ],
)
async def test_a_background_task_that_fails_is_named_and_the_request_was_answered(
    app: FastAPI,
    client: Client,
    read_log: ReadLog,
    task: Callable[[], Any],
    name: str,
    raised: str,
) -> None:
    @app.post("/task", status_code=202)
    async def start(tasks: BackgroundTasks) -> str:
        tasks.add_task(task)
        return "begun"

    response = await client.post("/task")

    assert (response.status_code, response.json()) == (202, "begun")
    (line,) = read_log("background task failed")
    assert (line["level"], "cause" in line) == ("error", False)
    assert name in line["task"]
    assert raised in line["exception"]
    assert "response already started" not in line["exception"]
    (request,) = read_log("request")
    assert (request["status"], request["level"]) == (202, "info")
    assert read_log("response broken off") == read_log("unhandled error") == []


async def test_a_task_that_uses_the_requests_session_is_told_what_to_take_instead(
    app: FastAPI, client: Client, read_log: ReadLog
) -> None:
    async def use(session: AsyncSession) -> None:
        await session.execute(text("SELECT 1"))

    @app.post("/task")
    async def start(session: Session, tasks: BackgroundTasks) -> None:
        tasks.add_task(use, session)

    assert (await client.post("/task")).status_code == 200

    (line,) = read_log("background task failed")
    assert line["task"].endswith("use")
    assert "take CurrentDatabase" in line["cause"]


async def test_a_task_after_a_stream_is_no_broken_stream(
    app: FastAPI, client: Client, read_log: ReadLog
) -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b"whole"

    @app.get("/stream")
    async def stream(tasks: BackgroundTasks) -> StreamingResponse:
        tasks.add_task(in_a_thread)
        return StreamingResponse(parts(), background=tasks)

    assert (await client.get("/stream")).content == b"whole"

    assert len(read_log("background task failed")) == 1


async def failing_end() -> AsyncIterator[None]:
    yield
    raise LookupError


async def test_a_dependency_that_fails_after_the_response_is_an_unhandled_error(
    app: FastAPI, client: Client, read_log: ReadLog
) -> None:
    @app.get("/end")
    async def end(_: Annotated[None, Depends(failing_end)]) -> None: ...

    assert (await client.get("/end")).status_code == 200

    (line,) = read_log("unhandled error")
    assert "LookupError" in line["exception"]
    assert "task" not in line


async def test_a_task_that_is_cut_off_stays_cancelled(
    app: FastAPI, client: Client, read_log: ReadLog
) -> None:
    begun = asyncio.Event()

    async def endless() -> None:
        begun.set()
        await asyncio.Event().wait()

    @app.post("/task")
    async def start(tasks: BackgroundTasks) -> None:
        tasks.add_task(endless)

    request = asyncio.create_task(client.post("/task"))
    await begun.wait()
    request.cancel()

    with pytest.raises(asyncio.CancelledError):
        await request
    assert len(read_log("background task failed")) == 1
    assert read_log("response broken off") == []
