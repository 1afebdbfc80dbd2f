"""What a client is told when a transaction is broken, stopped, or in another one's way."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import Response
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.settings import Settings
from tests.chassis.database.asking import Work, ask, assert_problem
from tests.chassis.database.terminating import terminate_own, terminate_sleeping, until_closed
from tests.support.composition import StartApp

SLEEP = text("SELECT pg_sleep(30)")
CHANGE = text("UPDATE scratch.things SET size = size + 1 WHERE id = 1")
LOCK = "SELECT size FROM scratch.things WHERE id = :id FOR UPDATE"

SLOW_COMMIT = """
    CREATE FUNCTION scratch.sleep() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_sleep(30); RETURN NULL; END';
    CREATE CONSTRAINT TRIGGER slow AFTER UPDATE ON scratch.things
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION scratch.sleep();
"""


@pytest.fixture
async def things(scratch: Any) -> Any:
    """Rows 1 and 2 of size 0."""
    await scratch.execute("""
        CREATE TABLE scratch.things (id int PRIMARY KEY, size int NOT NULL);
        INSERT INTO scratch.things VALUES (1, 0), (2, 0);
    """)
    return scratch


async def sizes(things: Any) -> list[int]:
    return [row["size"] for row in await things.fetch("SELECT size FROM scratch.things ORDER BY 1")]


async def ask_with(
    start_app: StartApp, settings: Settings, work: Work, **values: float
) -> Response:
    database = settings.database.model_copy(update=values)
    return await ask(await start_app(settings.model_copy(update={"database": database})), work)


async def test_a_connection_broken_between_statements_is_unavailable(
    things: Any, app: FastAPI
) -> None:
    async def work(session: AsyncSession) -> None:
        await session.execute(CHANGE)
        await terminate_own(things, session)
        await session.execute(CHANGE)

    assert_problem(await ask(app, work), 503, "database-unavailable", retry_after="1")
    assert await sizes(things) == [0, 0]


async def test_a_connection_broken_in_a_savepoint_is_unavailable(things: Any, app: FastAPI) -> None:
    async def work(session: AsyncSession) -> None:
        await session.execute(CHANGE)
        async with session.begin_nested():
            await terminate_own(things, session)
            await session.execute(CHANGE)

    assert_problem(await ask(app, work), 503, "database-unavailable", retry_after="1")
    assert await sizes(things) == [0, 0]


async def test_a_connection_broken_during_a_statement_is_unavailable(
    things: Any, app: FastAPI
) -> None:
    response, _ = await asyncio.gather(
        ask(app, lambda session: session.execute(SLEEP)), terminate_sleeping(things)
    )

    assert_problem(response, 503, "database-unavailable", retry_after="1")


async def test_a_connection_broken_before_commit_leaves_the_outcome_unknown(
    things: Any, app: FastAPI
) -> None:
    async def work(session: AsyncSession) -> None:
        await session.execute(CHANGE)
        await terminate_own(things, session)

    assert_problem(await ask(app, work), 503, "outcome-unknown", retry_after="1")


async def test_a_connection_broken_during_commit_leaves_the_outcome_unknown(
    things: Any, app: FastAPI
) -> None:
    await things.execute(SLOW_COMMIT)

    response, _ = await asyncio.gather(
        ask(app, lambda session: session.execute(CHANGE)), terminate_sleeping(things)
    )

    assert_problem(response, 503, "outcome-unknown", retry_after="1")


async def test_a_transaction_that_sat_idle_too_long_is_unavailable(
    things: Any, start_app: StartApp, settings: Settings
) -> None:
    async def work(session: AsyncSession) -> None:
        await session.execute(CHANGE)
        await until_closed(session)
        await session.execute(CHANGE)

    response = await ask_with(start_app, settings, work, idle_in_transaction_timeout=0.1)

    assert_problem(response, 503, "database-unavailable", retry_after="1")
    assert await sizes(things) == [0, 0]


@pytest.mark.usefixtures("things")
async def test_a_statement_that_takes_too_long_is_a_timeout(
    start_app: StartApp, settings: Settings
) -> None:
    response = await ask_with(
        start_app, settings, lambda session: session.execute(SLEEP), statement_timeout=0.1
    )

    assert_problem(response, 504, "timeout")


async def test_work_stopped_by_a_deadline_is_a_timeout_and_stores_nothing(
    things: Any, app: FastAPI
) -> None:
    async def work(session: AsyncSession) -> None:
        await session.execute(CHANGE)
        async with asyncio.timeout(0.1):
            await session.execute(SLEEP)

    assert_problem(await ask(app, work), 504, "timeout")
    assert await sizes(things) == [0, 0]


@pytest.mark.parametrize("how", ["", " NOWAIT"])
async def test_a_lock_held_by_another_is_contention(
    things: Any, start_app: StartApp, settings: Settings, how: str
) -> None:
    async with things.transaction():
        await things.execute("UPDATE scratch.things SET size = 5")

        response = await ask_with(
            start_app,
            settings,
            lambda session: session.execute(text(LOCK + how), {"id": 1}),
            lock_timeout=0.1,
        )

    assert_problem(response, 503, "contention", retry_after="0")


async def test_a_change_on_an_outdated_view_is_contention(things: Any, app: FastAPI) -> None:
    async def work(session: AsyncSession) -> None:
        await session.connection(execution_options={"isolation_level": "SERIALIZABLE"})
        await session.execute(text("SELECT * FROM scratch.things"))
        await things.execute("UPDATE scratch.things SET size = 5 WHERE id = 1")
        await session.execute(CHANGE)

    assert_problem(await ask(app, work), 503, "contention", retry_after="0")
    assert await sizes(things) == [0, 5]


async def test_two_changes_that_exclude_each_other_are_contention(
    things: Any, app: FastAPI
) -> None:
    """Both see the sum 0 and add one to a row of their own; only COMMIT finds out."""
    both_have_read = asyncio.Barrier(2)

    def adding(key: int) -> Work:
        async def work(session: AsyncSession) -> None:
            await session.connection(execution_options={"isolation_level": "SERIALIZABLE"})
            await session.execute(text("SELECT sum(size) FROM scratch.things"))
            await both_have_read.wait()
            change = text("UPDATE scratch.things SET size = 1 WHERE id = :id")
            await session.execute(change, {"id": key})

        return work

    first, second = await asyncio.gather(ask(app, adding(1)), ask(app, adding(2)))

    failed = first if first.status_code == 503 else second
    assert_problem(failed, 503, "contention", retry_after="0")
    assert await sizes(things) == [0, 1]


@pytest.mark.usefixtures("things")
async def test_a_deadlock_is_contention_for_one_of_the_two(app: FastAPI) -> None:
    both_have_one = asyncio.Barrier(2)

    def locking(*keys: int) -> Work:
        async def work(session: AsyncSession) -> None:
            await session.execute(text("SET LOCAL deadlock_timeout = '50ms'"))
            await session.execute(text(LOCK), {"id": keys[0]})
            await both_have_one.wait()
            await session.execute(text(LOCK), {"id": keys[1]})

        return work

    first, second = await asyncio.gather(ask(app, locking(1, 2)), ask(app, locking(2, 1)))

    failed, done = (first, second) if first.status_code == 503 else (second, first)
    assert_problem(failed, 503, "contention", retry_after="0")
    assert done.status_code == 200


async def test_a_write_on_a_standby_is_unavailable(things: Any, app: FastAPI) -> None:
    async def work(session: AsyncSession) -> None:
        await session.execute(text("SET TRANSACTION READ ONLY"))
        await session.execute(CHANGE)

    assert_problem(await ask(app, work), 503, "database-unavailable", retry_after="1")
    assert await sizes(things) == [0, 0]
