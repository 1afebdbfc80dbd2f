"""What every table has: its key, its times, its version, and constraints with names."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import RFC_4122

import pytest
from sqlalchemy import func
from sqlalchemy.schema import CreateTable

from chassis.database.model import Base, uuid7
from chassis.database.session import Database
from tests.chassis.database.things import Colour, Scratch, Thing, ThingRepository, create_things


def test_a_key_is_a_uuid_of_version_7() -> None:
    before = time.time_ns() // 1_000_000
    key = uuid7()
    after = time.time_ns() // 1_000_000

    assert (key.version, key.variant) == (7, RFC_4122)
    assert before <= key.int >> 80 <= after


def test_keys_made_one_after_the_other_are_in_order() -> None:
    keys = []
    for _ in range(1_000):
        keys.append(uuid7())
        time.sleep(1e-6)

    assert sorted(keys) == keys


def test_keys_made_at_once_are_different() -> None:
    assert len({uuid7() for _ in range(10_000)}) == 10_000


def test_constraints_have_names_to_be_told_by() -> None:
    table = str(CreateTable(Scratch.metadata.tables["scratch.things"]))

    for name in ("pk_things", "uq_things_name", "ck_things_colour", "fk_things_owner_id"):
        assert f"CONSTRAINT {name} " in table


def test_the_tables_of_tests_are_not_the_services() -> None:
    assert not set(Scratch.metadata.tables) & set(Base.metadata.tables)


@pytest.mark.usefixtures("scratch")
async def test_a_new_row_has_times_in_utc_and_version_1(database: Database) -> None:
    (created,) = await create_things(database, "lamp")
    async with database.reading() as session:
        thing = await ThingRepository(session).get(created.id)

    assert thing.version == 1
    assert thing.created_at.utcoffset() == timedelta(0)
    assert datetime.now(UTC) - thing.created_at < timedelta(minutes=1)


@pytest.mark.usefixtures("scratch")
async def test_a_row_that_nobody_has_changed_has_two_equal_times(database: Database) -> None:
    lamp, desk = await create_things(database, "lamp", "desk")

    assert lamp.updated_at == lamp.created_at
    assert desk.updated_at == desk.created_at


@pytest.mark.usefixtures("scratch")
async def test_a_change_moves_the_second_time_alone(database: Database) -> None:
    (created,) = await create_things(database, "lamp")
    async with database.transaction() as session:
        thing = await ThingRepository(session).get(created.id)
        await ThingRepository(session).update(thing, {"name": "desk"})

    assert thing.updated_at > thing.created_at == created.created_at


@pytest.mark.usefixtures("scratch")
async def test_a_row_may_be_given_the_time_it_was_created(database: Database) -> None:
    await create_things(database)
    earlier = datetime(2020, 1, 1, tzinfo=UTC)
    given = Thing(name="lamp", created_at=earlier)
    asked = Thing(name="desk", created_at=func.now())
    async with database.transaction() as session:
        session.add_all([given, asked])

    assert given.updated_at == earlier
    assert datetime.now(UTC) - asked.updated_at < timedelta(minutes=1)


async def test_a_row_made_with_sql_has_them_too(scratch: Any, database: Database) -> None:
    await create_things(database)
    await scratch.execute("""
        INSERT INTO scratch.things (id, name, size, colour)
        VALUES (gen_random_uuid(), 'lamp', 1, 'red')
    """)

    row = await scratch.fetchrow("SELECT * FROM scratch.things")

    assert row["version"] == 1
    assert datetime.now(UTC) - row["created_at"] < timedelta(minutes=1)
    assert row["updated_at"] == row["created_at"]


async def test_an_enumeration_is_stored_as_the_text_of_its_value(
    scratch: Any, database: Database
) -> None:
    await create_things(database)
    async with database.transaction() as session:
        session.add(Thing(name="lamp", colour=Colour.DARK_BLUE))

    assert await scratch.fetchval("SELECT colour FROM scratch.things") == "dark-blue"
    async with database.reading() as session:
        found = (await session.scalars(ThingRepository._select)).one()
        assert found.colour is Colour.DARK_BLUE
