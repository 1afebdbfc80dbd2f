"""How a transaction ends: in one go, and whole wherever it is cut short."""

import asyncio
from collections.abc import Awaitable, Generator, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import event, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from chassis.database.session import Database
from tests.chassis.database.asking import ask, assert_problem, checked_out
from tests.chassis.database.terminating import terminate_own
from tests.chassis.database.things import Thing, ThingRepository, create_things

READ = text("SELECT 1")


class CancelledAt:
    """Work whose task is cancelled when it waits for the n-th time."""

    def __init__(self, wait: int, work: Awaitable[None]) -> None:
        self.wait = wait
        self.work = work
        self.waits = 0

    def __await__(self) -> Generator[Any, Any, None]:
        steps: Any = self.work.__await__()
        try:
            waiting_for = next(steps)
            while True:
                self._count()
                try:
                    value = yield waiting_for
                except asyncio.CancelledError as cancelled:
                    waiting_for = steps.throw(cancelled)
                else:
                    waiting_for = steps.send(value)
        except StopIteration:
            return

    def _count(self) -> None:
        self.waits += 1
        task: Any = asyncio.current_task()
        if self.waits == self.wait:
            asyncio.get_running_loop().call_soon(task.cancel)


async def store(database: Database, name: str) -> None:
    async with database.transaction() as session:
        held.append(session)
        session.add(Thing(name=name))


held: list[AsyncSession] = []  # what is collected as garbage gives back its connection too


@pytest.fixture(autouse=True)
def _nothing_held() -> Iterator[None]:
    yield
    held.clear()


@pytest.mark.usefixtures("scratch")
async def test_wherever_it_is_cancelled_no_connection_is_lost(database: Database) -> None:
    await create_things(database)

    async def is_cancelled_at(wait: int) -> bool:
        async with database.reading() as session:
            await session.execute(READ)  # opens the connection
        try:
            await CancelledAt(wait, store(database, f"{wait}"))
        except asyncio.CancelledError:
            return True
        return False

    waits = 1
    while await is_cancelled_at(waits):
        assert checked_out(database) == 0, waits
        waits += 1

    assert waits > 3  # BEGIN, INSERT, COMMIT
    assert checked_out(database) == 0
    async with database.reading() as session:
        assert f"{waits}" in (await session.scalars(select(Thing.name))).all()


@pytest.mark.usefixtures("scratch")
async def test_a_success_needs_no_task_to_protect_it(database: Database) -> None:
    await create_things(database)
    await store(database, "lamp")  # opens the connection
    loop, tasks = asyncio.get_running_loop(), []

    def remember(loop: asyncio.AbstractEventLoop, work: Any, **options: Any) -> Any:
        tasks.append(work)
        return asyncio.Task(work, loop=loop, **options)

    loop.set_task_factory(remember)
    await store(database, "desk")
    loop.set_task_factory(None)

    assert tasks == []


async def test_a_connection_broken_before_the_last_flush_stored_nothing(
    scratch: Any, app: FastAPI, database: Database
) -> None:
    await create_things(database)

    async def work(session: AsyncSession) -> None:
        await ThingRepository(session).create_many([{"name": "lamp"}])
        await terminate_own(scratch, session)
        session.add(Thing(name="desk"))

    assert_problem(await ask(app, work), 503, "database-unavailable", retry_after="1")
    assert await scratch.fetchval("SELECT count(*) FROM scratch.things") == 0


@pytest.mark.usefixtures("scratch")
async def test_a_transaction_begun_after_the_commit_is_ended_too(database: Database) -> None:
    """By a listener or a forgotten task; whatever becomes of it, the first one is stored."""
    await create_things(database)

    def begin_another(session: Session, _: Any) -> None:
        session.execute(READ)
        driver: Any = session.connection().connection.driver_connection
        driver.terminate()

    async with database.transaction() as session:
        await ThingRepository(session).create_many([{"name": "lamp"}])
        event.listen(session.sync_session, "after_transaction_end", begin_another, once=True)

    assert checked_out(database) == 0
    async with database.reading() as reading:
        assert await reading.scalar(select(Thing.name)) == "lamp"
