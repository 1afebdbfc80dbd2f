"""One new row by an INSERT of its own leaves what the unit of work leaves."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import inspect, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database.reader import Reader
from chassis.database.session import Database
from chassis.web.sessions import Session
from tests.chassis.database.measurements import EMPTY, FULL, Measurement
from tests.chassis.database.quick.comparing import rows_of
from tests.chassis.database.quick.generated import Generated
from tests.chassis.database.quick.inserting import by_insertion, by_unit_of_work, left_of
from tests.chassis.database.things import Scratch, Thing, ThingRepository, create_things
from tests.support.clients import Client
from tests.support.composition import ReadLog


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Measurement, FULL),
        (Measurement, EMPTY),
        (Thing, {"name": "lamp"}),
        (Thing, {"name": "lamp", "size": None, "notes": None, "version": 7}),
        (Generated, {}),
        (Generated, {"code": "a", "size": 4, "number": 1, "colour": None}),
        (Generated, {"notes": None, "blank": None, "details": "long", "code": None}),
    ],
)
async def test_it_leaves_what_the_unit_of_work_leaves(
    database: Database, model: type[Scratch], values: dict[str, Any]
) -> None:
    await create_things(database)
    by_both, rows = [], []
    for create in (by_unit_of_work, by_insertion):
        async with database.transaction() as session:
            await create(session, entity := model(**values))
            by_both.append(left_of(entity))
            rows.append(await rows_of(session, entity))
            await session.delete(entity)

    assert by_both[1] == by_both[0]
    assert rows[1] == rows[0]
    assert by_both[1]["state"] == (False, False, True, False)


@pytest.mark.usefixtures("scratch")
async def test_it_is_stored_with_the_commit(database: Database) -> None:
    await create_things(database)
    async with database.transaction() as session:
        await by_insertion(session, thing := Thing(name="lamp"))

    found = await ThingRepository(Reader(database)).get(thing.id)
    assert {name: getattr(thing, name) for name in ("name", "created_at", "updated_at")} == {
        name: getattr(found, name) for name in ("name", "created_at", "updated_at")
    }
    assert inspect(thing).detached


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize("given", [{}, {"created_at": datetime(2026, 2, 28, tzinfo=UTC)}])
async def test_it_was_updated_when_it_was_created(
    database: Database, given: dict[str, datetime]
) -> None:
    await create_things(database)
    async with database.transaction() as session:
        await by_insertion(session, thing := Thing(name="lamp", **given))

    assert thing.updated_at == thing.created_at


@pytest.mark.usefixtures("scratch")
async def test_each_set_of_columns_has_a_statement_of_its_own(database: Database) -> None:
    await create_things(database)
    async with database.transaction() as session:
        for given in ({}, {"code": "a"}, {}, {"code": "b", "size": 4}):
            await by_insertion(session, Generated(**given))
        rows = await session.execute(select(Generated.code, Generated.doubled))

    assert sorted(map(tuple, rows)) == [("a", 6), ("b", 8), ("none", 6), ("none", 6)]


@pytest.mark.usefixtures("scratch")
async def test_it_can_be_changed_and_deleted_in_its_transaction(database: Database) -> None:
    await create_things(database)
    async with database.transaction() as session:
        things = ThingRepository(session)
        await by_insertion(session, thing := Thing(name="lamp"))

        await things.update(thing, {"size": 2})
        assert (thing.size, thing.version) == (2, 2)
        assert await things.get(thing.id) is thing
        await things.delete(thing)
        assert await things.find(thing.id) is None


async def test_two_tasks_with_one_session_store_each_its_own(
    scratch: Any, database: Database
) -> None:
    await create_things(database)
    async with database.transaction() as session:
        await session.connection()
        await asyncio.gather(*(by_insertion(session, Thing(name=name)) for name in "ab"))

    assert await scratch.fetchval("SELECT string_agg(name, '') FROM scratch.things") == "ab"


@pytest.mark.usefixtures("scratch")
async def test_it_goes_where_the_rows_of_its_model_are(database: Database) -> None:
    await create_things(database)

    async with AsyncSession(binds={Thing: database.engine}) as session, session.begin():
        await by_insertion(session, Thing(name="lamp"))


async def test_it_is_counted_as_a_statement(
    scratch: Any, app: FastAPI, client: Client, database: Database, read_log: ReadLog
) -> None:
    await create_things(database)

    @app.post("/things")
    async def create(session: Session) -> None:
        await by_insertion(session, Thing(name="lamp"))

    assert (await client.post("/things")).status_code == 200
    (line,) = read_log("request")
    assert line["queries"] == 1
    assert line["database_ms"] > 0
