"""Sessions on an engine that somebody else made: an application's own, as SQLAlchemy makes it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from chassis.database.guards import WriteRefusedError
from chassis.database.safe_session import sessions_for_reads, sessions_that_commit
from chassis.problems import OutcomeUnknown
from tests.chassis.database.terminating import terminate_sleeping

COUNT = text("SELECT count(*) FROM scratch.things")
ADD = text("INSERT INTO scratch.things VALUES (1)")
SLOW_COMMIT = """
    CREATE FUNCTION scratch.sleep() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_sleep(30); RETURN NULL; END';
    CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON scratch.things
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION scratch.sleep();
"""


@pytest.fixture
async def engine(scratch: Any, database_url: str) -> AsyncIterator[AsyncEngine]:
    await scratch.execute("CREATE TABLE scratch.things (id int)")
    engine = create_async_engine(make_url(database_url).set(drivername="postgresql+asyncpg"))
    yield engine
    await engine.dispose()


async def test_work_is_committed_at_the_end_of_the_block(engine: AsyncEngine, scratch: Any) -> None:
    async with sessions_that_commit(engine)() as session:
        await session.execute(ADD)
        assert await scratch.fetchval("SELECT count(*) FROM scratch.things") == 0

    async with sessions_for_reads(engine)() as session:
        assert await session.scalar(COUNT) == 1


async def test_what_raises_undoes_its_work(engine: AsyncEngine, scratch: Any) -> None:
    async def fail() -> None:
        async with sessions_that_commit(engine)() as session:
            await session.execute(ADD)
            raise LookupError

    with pytest.raises(LookupError):
        await fail()

    assert await scratch.fetchval("SELECT count(*) FROM scratch.things") == 0


async def test_a_connection_that_breaks_during_commit_leaves_the_outcome_unknown(
    engine: AsyncEngine, scratch: Any
) -> None:
    await scratch.execute(SLOW_COMMIT)

    async def add() -> None:
        async with sessions_that_commit(engine)() as session:
            await session.execute(ADD)

    outcome, _ = await asyncio.gather(add(), terminate_sleeping(scratch), return_exceptions=True)

    assert isinstance(outcome, OutcomeUnknown)


async def test_reads_hold_no_transaction_and_refuse_writes(engine: AsyncEngine) -> None:
    async with sessions_for_reads(engine)() as session:
        first, second = [
            await session.scalar(text("SELECT pg_current_xact_id()::text")) for _ in range(2)
        ]
        assert first != second
        with pytest.raises(WriteRefusedError):
            await session.execute(ADD)
