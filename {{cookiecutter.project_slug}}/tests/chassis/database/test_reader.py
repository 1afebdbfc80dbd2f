"""Reads by the driver give what the ORM gives, and write nothing."""

from typing import Any

import pytest
from sqlalchemy import Dialect, Integer, String, TypeDecorator, bindparam, cast, inspect, select
from sqlalchemy.orm.exc import DetachedInstanceError

from chassis.database.guards import WriteRefusedError
from chassis.database.reader import Reader
from chassis.database.session import Database
from tests.chassis.database.measurements import (
    EMPTY,
    FULL,
    Measurement,
    MeasurementRepository,
    columns_of,
)
from tests.chassis.database.things import Colour, Thing, ThingRepository, create_things


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize("values", [FULL, EMPTY], ids=["full", "empty"])
async def test_every_type_arrives_as_the_orm_would_give_it(
    database: Database, values: dict[str, Any]
) -> None:
    await create_things(database)
    async with database.transaction() as session:
        created = await MeasurementRepository(session).create(Measurement(**values))

    async with database.transaction() as session:
        by_orm = await MeasurementRepository(session).get(created.id)
    by_driver = await MeasurementRepository(Reader(database)).get(created.id)

    assert columns_of(by_driver) == columns_of(by_orm)
    assert {name: getattr(by_driver, name) for name in values} == values


async def test_filters_are_converted_as_the_orm_does(scratch: Any, database: Database) -> None:
    lamp, desk = await create_things(database, "lamp", "desk")
    await scratch.execute("UPDATE scratch.things SET colour = 'dark-blue' WHERE name = 'desk'")
    things = ThingRepository(Reader(database))

    for colour, found in ((Colour.RED, lamp), (Colour.DARK_BLUE, desk), (Colour.RED, lamp)):
        page = await things.page(
            sort="name", limit=5, cursor=None, where=[Thing.colour == colour, Thing.size == 0]
        )
        assert [thing.id for thing in page.items] == [found.id]


@pytest.mark.usefixtures("scratch")
async def test_a_list_of_keys_is_found_too(database: Database) -> None:
    lamp, desk, _ = await create_things(database, "lamp", "desk", "chair")
    things = ThingRepository(Reader(database))

    assert set(await things.get_many([lamp.id, desk.id])) == {lamp.id, desk.id}
    page = await things.page(
        sort="id", limit=5, cursor=None, where=[Thing.name.in_(["lamp", "desk"])]
    )
    assert [thing.id for thing in page.items] == [lamp.id, desk.id]


class Unknown(TypeDecorator[str]):
    """Of which nobody said whether a statement with it can be compiled once for all."""

    impl = String
    cache_ok = False

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        return value and value.lower()


@pytest.mark.usefixtures("scratch")
async def test_a_statement_that_cannot_be_compiled_once_for_all_is_answered_too(
    database: Database,
) -> None:
    lamp, _ = await create_things(database, "lamp", "desk")
    things = ThingRepository(Reader(database))

    page = await things.page(
        sort="id", limit=5, cursor=None, where=[cast("LAMP", Unknown()) == Thing.name]
    )

    assert [thing.id for thing in page.items] == [lamp.id]


@pytest.mark.usefixtures("scratch")
async def test_statements_that_differ_in_their_values_alone_keep_them_apart(
    database: Database,
) -> None:
    await create_things(database, "lamp", "desk")
    things = ThingRepository(Reader(database))
    named = [
        select(Thing).where(Thing.name == name).limit(bindparam("most", type_=Integer()))
        for name in ("lamp", "desk")
    ]

    for most in (1, 1, 0):  # the second time each is known
        found = [await things.entities(statement, {"most": most}) for statement in named]
        names = [thing.name for rows in found for thing in rows]
        assert names == (["lamp", "desk"] if most else [])


@pytest.mark.usefixtures("scratch")
async def test_what_is_found_is_detached(database: Database) -> None:
    (created,) = await create_things(database, "lamp")
    thing = await ThingRepository(Reader(database)).get(created.id)

    assert inspect(thing).detached
    with pytest.raises(DetachedInstanceError, match="owner"):
        _ = thing.owner


@pytest.mark.usefixtures("scratch")
async def test_what_is_found_can_be_changed_in_a_transaction(database: Database) -> None:
    (created,) = await create_things(database, "lamp")
    thing = await ThingRepository(Reader(database)).get(created.id)

    async with database.transaction() as session:
        session.add(thing)
        await ThingRepository(session).update(thing, {"size": 7})

    found = await ThingRepository(Reader(database)).get(created.id)
    assert (found.size, found.version) == (7, 2)


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize("write", ["create", "update", "delete", "lock"])
async def test_a_repository_of_reads_writes_nothing(database: Database, write: str) -> None:
    (thing,) = await create_things(database, "lamp")
    things = ThingRepository(Reader(database))
    writes = {
        "create": things.create(Thing(name="desk")),
        "update": things.update(thing, {"name": "desk"}),
        "delete": things.delete(thing),
        "lock": things.lock_many([thing.id]),
    }

    with pytest.raises(WriteRefusedError, match="ThingRepository is for reads"):
        await writes.pop(write)
    for other in writes.values():
        other.close()


@pytest.mark.usefixtures("scratch")
async def test_values_may_be_named(database: Database) -> None:
    lamp, desk = await create_things(database, "lamp", "desk")
    reader, statement = Reader(database), select(Thing).where(Thing.name == bindparam("name"))

    for thing in (lamp, desk):
        (found,) = await reader.entities(Thing, statement, {"name": thing.name})
        assert found.id == thing.id
