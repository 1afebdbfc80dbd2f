"""What a repository's own queries build on: rows of columns, and locks of what it is about."""

from typing import Any

import pytest
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import joinedload

from chassis.database.reader import Reader
from chassis.database.repository import Repository
from chassis.database.session import Database
from tests.chassis.database.things import Thing, ThingRepository, create_things


class OwnedRepository(Repository[Thing]):
    model = Thing
    load = (joinedload(Thing.owner),)


@pytest.mark.usefixtures("scratch")
async def test_rows_are_found_in_a_transaction_and_by_reads(database: Database) -> None:
    await create_things(database, "lamp", "vase")
    sizes = select(Thing.size, func.count().label("things")).group_by(Thing.size)

    async with database.transaction() as session:
        in_transaction = await ThingRepository(session).rows(sizes)
    by_reads = await ThingRepository(Reader(database)).rows(sizes)

    assert [*in_transaction] == [*by_reads] == [(0, 2)]
    assert by_reads[0].things == 2


@pytest.mark.usefixtures("scratch")
async def test_rows_take_values(database: Database) -> None:
    await create_things(database, "lamp", "vase")
    by_name = select(Thing.name).where(Thing.name == bindparam("name"))

    found = await ThingRepository(Reader(database)).rows(by_name, {"name": "vase"})

    assert [*found] == [("vase",)]


async def test_a_lock_is_for_the_row_and_not_for_what_is_loaded_along(
    scratch: Any, database: Database
) -> None:
    """PostgreSQL refuses to lock what an outer join may not find."""
    owner, lamp = await create_things(database, "owner", "lamp")
    async with database.transaction() as session:
        await ThingRepository(session).update_where(Thing.id == lamp.id, owner_id=owner.id)

    async with database.transaction() as session:
        locked = (await OwnedRepository(session).lock_many([lamp.id]))[lamp.id]
        free = "SELECT name FROM scratch.things FOR UPDATE SKIP LOCKED"
        names = [row["name"] for row in await scratch.fetch(free)]

    assert locked.owner is not None
    assert locked.owner.name == "owner"
    assert names == ["owner"]
