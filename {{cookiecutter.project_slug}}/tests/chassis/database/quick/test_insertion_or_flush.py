"""What is more than one plain row is left to the unit of work."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import Insert, event, func, inspect, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from chassis.database.model import Entity
from chassis.database.quick.insertion import insertion_of
from chassis.database.quick.listeners import ADDING, FLUSHING
from chassis.database.session import Database
from tests.chassis.database.quick.generated import NEEDING_MORE
from tests.chassis.database.quick.inserting import by_insertion, by_unit_of_work, flushes
from tests.chassis.database.things import Thing, ThingRepository, create_things

OF_A_FLUSH = ("after_transaction_create", "after_transaction_end")
"""A flush is a transaction within the session's, and an INSERT by itself is none."""
OF_A_MODEL: Any = {
    *inspect(Thing).dispatch._event_names,
    *inspect(Thing).class_manager.dispatch._event_names,
} - {"before_configured", "after_configured"}  # which are of all models


async def with_an_owner(session: AsyncSession) -> Thing:
    owner = Thing(name="desk")
    await by_insertion(session, owner)
    return Thing(name="lamp", owner=owner)


async def with_no_owner(_: AsyncSession) -> Thing:
    return Thing(name="lamp", owner=None)


async def beside_a_pending_one(session: AsyncSession) -> Thing:
    session.add(Thing(name="desk"))
    return Thing(name="lamp")


async def beside_a_changed_one(session: AsyncSession) -> Thing:
    await by_insertion(session, desk := Thing(name="desk"))
    desk.size = 2
    return Thing(name="lamp")


async def beside_a_deleted_one(session: AsyncSession) -> Thing:
    await by_insertion(session, desk := Thing(name="desk"))
    await session.delete(desk)
    return Thing(name="lamp")


async def with_an_expression(_: AsyncSession) -> Thing:
    return Thing(name=text("'lamp'"))


async def with_a_column(_: AsyncSession) -> Thing:
    return Thing(name="lamp", size=Clause())


class Clause:
    def __clause_element__(self) -> Any:
        return func.length("four")


async def with_a_value_that_is_no_column(_: AsyncSession) -> Thing:
    thing: Any = Thing(name="lamp")
    thing.remark = "made by hand"
    return thing  # type: ignore[no-any-return]


async def that_is_pending(session: AsyncSession) -> Thing:
    session.add(thing := Thing(name="lamp"))
    return thing


async def that_was_stored_and_changed(session: AsyncSession) -> Thing:
    await by_insertion(session, thing := Thing(name="desk"))
    session.expunge(thing)
    thing.name = "lamp"
    return thing


@pytest.mark.parametrize(
    "make",
    [
        with_an_owner,
        with_no_owner,
        beside_a_pending_one,
        beside_a_changed_one,
        beside_a_deleted_one,
        with_an_expression,
        with_a_column,
        with_a_value_that_is_no_column,
        that_is_pending,
        that_was_stored_and_changed,
    ],
)
async def test_what_is_more_than_one_plain_row_is_left_to_the_unit_of_work(
    scratch: Any, database: Database, make: Callable[[AsyncSession], Awaitable[Thing]]
) -> None:
    await create_things(database)
    async with database.transaction() as session:
        thing = await make(session)
        with flushes(session) as flushed:
            assert await ThingRepository(session).create(thing) is thing

    assert len(flushed) == 1
    names = await scratch.fetchval("SELECT array_agg(name) FROM scratch.things")
    assert "lamp" in names


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize("what", sorted(Session.dispatch._event_names))
async def test_who_listens_to_a_session_is_told(database: Database, what: str) -> None:
    await create_things(database)
    async with database.transaction() as session:
        await session.connection()
        event.listen(session.sync_session, what, lambda *_: told.append(what))
        told: list[str] = []
        await by_unit_of_work(session, Thing(name="desk"))
        usually, told = told, []
        with flushes(session) as flushed:
            await ThingRepository(session).create(Thing(name="lamp"))

        assert told == (usually if what not in OF_A_FLUSH else [])
        assert bool(usually) == (what in (*ADDING, *FLUSHING, *OF_A_FLUSH))
        assert len(flushed) == bool(told)


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize("what", sorted(OF_A_MODEL))
async def test_who_listens_to_a_model_is_told(database: Database, what: str) -> None:
    await create_things(database)
    told = []

    def note(*_: Any) -> None:
        told.append(what)

    desk, lamp = Thing(name="desk"), Thing(name="lamp")
    event.listen(Thing, what, note)
    try:
        async with database.transaction() as session:
            await by_unit_of_work(session, desk)
            usually, told = told, []
            with flushes(session) as flushed:
                await ThingRepository(session).create(lamp)
    finally:
        event.remove(Thing, what, note)

    assert told == usually
    assert bool(told) == (what in ("before_insert", "after_insert", "refresh_flush"))
    assert len(flushed) == bool(told)


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize("what", ["before_execute", "after_execute"])
async def test_who_listens_to_statements_that_are_no_text_yet_is_told(
    database: Database, what: str
) -> None:
    await create_things(database)
    told = []

    def note(_: Any, statement: Any, *_more: Any) -> None:
        told.append(type(statement))

    event.listen(database.engine.sync_engine, what, note)
    async with database.transaction() as session:
        with flushes(session) as flushed:
            await ThingRepository(session).create(Thing(name="lamp"))
    event.remove(database.engine.sync_engine, what, note)

    assert told == [Insert]
    assert len(flushed) == 1


async def test_a_schema_that_is_another_one_for_the_session_is_heeded(
    scratch: Any, database: Database
) -> None:
    await create_things(database)
    await scratch.execute("CREATE SCHEMA IF NOT EXISTS elsewhere")
    await scratch.execute("CREATE TABLE elsewhere.things (LIKE scratch.things INCLUDING ALL)")
    elsewhere = database.engine.execution_options(schema_translate_map={"scratch": "elsewhere"})

    try:
        async with AsyncSession(elsewhere) as session, session.begin():
            await ThingRepository(session).create(Thing(name="lamp"))
        assert await scratch.fetchval("SELECT name FROM elsewhere.things") == "lamp"
    finally:
        await scratch.execute("DROP SCHEMA elsewhere CASCADE")


@pytest.mark.parametrize("model", NEEDING_MORE, ids=lambda model: model.__name__)
def test_a_model_whose_rows_take_more_is_left_to_the_unit_of_work(model: type[Entity]) -> None:
    assert insertion_of(model) is None
