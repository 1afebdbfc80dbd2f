"""An INSERT of its own that fails, or is undone, ends as a flush would."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, PendingRollbackError
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database.failures import problem_from
from chassis.database.session import Database
from tests.chassis.database.asking import ask, assert_problem, checked_out
from tests.chassis.database.quick.inserting import by_insertion, by_unit_of_work, left_of
from tests.chassis.database.terminating import terminate_sleeping
from tests.chassis.database.things import Thing, create_things

SLOW = """
    CREATE FUNCTION scratch.sleep() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_sleep(30); RETURN NEW; END';
    CREATE TRIGGER slow BEFORE INSERT ON scratch.things
        FOR EACH ROW EXECUTE FUNCTION scratch.sleep();
"""


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize("nested", [False, True])
async def test_a_rollback_undoes_it_alike(database: Database, nested: bool) -> None:
    await create_things(database)
    left = []
    for create in (by_unit_of_work, by_insertion):
        async with database.transaction() as session:
            thing = Thing(name="lamp")
            if nested:
                savepoint = await session.begin_nested()
                await create(session, thing)
                await savepoint.rollback()
            else:
                await create(session, thing)
                await session.rollback()
            left.append(left_of(thing))

    assert left[1] == left[0]
    assert left[1]["state"] == (True, False, False, False)


@pytest.mark.usefixtures("scratch")
async def test_a_failure_is_the_same_failure(database: Database) -> None:
    await create_things(database, "lamp")
    failures, left = [], []
    for create in (by_unit_of_work, by_insertion):
        async with database.transaction() as session:
            with pytest.raises(IntegrityError) as failed:
                await create(session, thing := Thing(name="lamp"))
            with pytest.raises(PendingRollbackError, match="due to a previous exception"):
                await session.execute(text("SELECT 1"))
            failures.append((type(failed.value.orig), problem_from(failed.value).detail))
            left.append(left_of(thing))
            await session.rollback()

    assert failures[1] == failures[0]
    assert "uq_things_name" in f"{failures[1]}"
    assert left[1] == left[0]


async def test_a_swallowed_failure_stores_nothing(
    scratch: Any, app: FastAPI, database: Database
) -> None:
    await create_things(database, "lamp")

    async def work(session: AsyncSession) -> None:
        await by_insertion(session, Thing(name="desk"))
        with pytest.raises(IntegrityError):
            await by_insertion(session, Thing(name="lamp"))

    assert_problem(await ask(app, work), 500, "internal-error")
    assert await scratch.fetchval("SELECT count(*) FROM scratch.things") == 1


async def test_a_failure_within_a_savepoint_may_be_swallowed(
    scratch: Any, database: Database
) -> None:
    await create_things(database, "lamp")

    async with database.transaction() as session:
        await by_insertion(session, Thing(name="desk"))
        with pytest.raises(IntegrityError):
            async with session.begin_nested():
                await by_insertion(session, Thing(name="lamp"))
        await by_insertion(session, Thing(name="chair"))

    assert await scratch.fetchval("SELECT count(*) FROM scratch.things") == 3


async def test_a_connection_that_breaks_meanwhile_is_unavailable(
    scratch: Any, app: FastAPI, database: Database
) -> None:
    await create_things(database)
    await scratch.execute(SLOW)

    response, _ = await asyncio.gather(
        ask(app, lambda session: by_insertion(session, Thing(name="lamp"))),
        terminate_sleeping(scratch),
    )

    assert_problem(response, 503, "database-unavailable", retry_after="1")
    assert checked_out(database) == 0


async def test_cancelled_meanwhile_it_stores_nothing_and_loses_no_connection(
    scratch: Any, database: Database
) -> None:
    await create_things(database)
    await scratch.execute(SLOW)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2), database.transaction() as session:
            await by_insertion(session, Thing(name="lamp"))

    assert checked_out(database) == 0
    assert await scratch.fetchval("SELECT count(*) FROM scratch.things") == 0
