"""One session used by two tasks at once: a defect of its own request, and of no other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database.session import Database
from tests.chassis.database.asking import Work, ask, assert_problem, checked_out

READ = text("SELECT 1")
SLEEP = text("SELECT pg_sleep(5)")


async def both_open_the_connection(session: AsyncSession) -> None:
    await asyncio.gather(session.execute(SLEEP), session.execute(SLEEP))


async def one_commits_while_the_other_reads(session: AsyncSession) -> None:
    await session.execute(READ)
    await asyncio.gather(session.execute(SLEEP), session.commit())


async def one_fails_while_the_other_reads(session: AsyncSession) -> None:
    await session.execute(READ)
    forgotten.append(asyncio.create_task(session.execute(SLEEP)))
    await asyncio.sleep(0.01)
    raise ValueError


async def one_is_forgotten(session: AsyncSession) -> None:
    await session.execute(READ)
    forgotten.append(asyncio.create_task(session.execute(SLEEP)))
    await asyncio.sleep(0.01)


forgotten: list[asyncio.Task[Any]] = []


@pytest.fixture
async def _no_task_left() -> Any:
    yield
    while forgotten:
        with suppress(DBAPIError):
            await forgotten.pop()


@pytest.fixture
async def _complaints_of_the_driver() -> AsyncIterator[None]:
    """Its protocol may raise to the loop when two statements meet on one connection."""
    loop = asyncio.get_running_loop()
    handler = loop.get_exception_handler()

    def pass_on(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if "connection_lost()" not in str(context.get("exception")) and handler:
            handler(loop, context)

    loop.set_exception_handler(pass_on)
    yield
    loop.set_exception_handler(handler)


@pytest.mark.usefixtures("_no_task_left", "_complaints_of_the_driver")
@pytest.mark.parametrize(
    "work",
    [
        both_open_the_connection,
        one_commits_while_the_other_reads,
        one_fails_while_the_other_reads,
        one_is_forgotten,
    ],
)
async def test_the_pool_stays_whole(app: FastAPI, database: Database, work: Work) -> None:
    for answer in await asyncio.gather(*(ask(app, work) for _ in range(5))):
        assert_problem(answer, 500, "internal-error")

    answers = await asyncio.gather(*(ask(app, lambda s: s.execute(READ)) for _ in range(10)))

    assert [answer.status_code for answer in answers] == [200] * 10
    assert checked_out(database) == 0
