"""Rows of a repository through COPY."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database.repository import Repository
from chassis.database.session import Database
from tests.chassis.database.rows import chunks, named
from tests.chassis.database.things import Colour, Scratch, Thing, ThingRepository, create_things


async def test_chunks_are_copied_with_all_that_models_fill_in(
    scratch: Any, database: Database
) -> None:
    await create_things(database)
    rows = named(20_000)
    rows[3] |= {"size": 9, "colour": Colour.DARK_BLUE, "notes": {"a": [1]}}
    async with database.transaction() as session:
        assert await ThingRepository(session).copy(chunks(rows)) == 20_000
        assert await scratch.fetchval("SELECT count(*) FROM scratch.things") == 0

    assert await scratch.fetchval("SELECT count(*) FROM scratch.things") == 20_000
    async with database.reading() as session:
        things = ThingRepository(session)
        plain, full = [
            (await things.page(sort="id", limit=1, cursor=None, where=[Thing.name == name])).items[
                0
            ]
            for name in (rows[0]["name"], rows[3]["name"])
        ]
    assert (plain.size, plain.colour, plain.notes, plain.version) == (0, Colour.RED, None, 1)
    assert (full.size, full.colour, full.notes) == (9, Colour.DARK_BLUE, {"a": [1]})
    assert plain.id.version == full.id.version == 7
    assert plain.id < full.id
    assert plain.created_at <= plain.updated_at <= full.created_at


async def test_copied_rows_go_when_the_transaction_fails(scratch: Any, database: Database) -> None:
    await create_things(database, "0")

    with pytest.raises(Exception, match="uq_things_name") as refused:
        async with database.transaction() as session:
            await ThingRepository(session).copy(chunks([{"name": "x"}, *named(10)], 4))

    assert getattr(refused.value, "context", None) == "COPY things, line 2"
    assert await scratch.fetchval("SELECT array_agg(name) FROM scratch.things") == ["0"]


async def test_what_the_session_holds_is_stored_before_a_copy(
    database: Database, things: ThingRepository
) -> None:
    things.session.add(owner := Thing(id=uuid4(), name="owner"))

    assert await things.copy(chunks([{"name": "owned", "owner_id": owner.id}])) == 1


async def test_no_rows_are_no_copy(things: ThingRepository) -> None:
    async def nothing() -> AsyncIterator[list[dict[str, Any]]]:
        yield []

    assert await things.copy(nothing()) == 0


async def test_a_column_that_does_not_exist_is_told(things: ThingRepository) -> None:
    with pytest.raises(TypeError, match="Thing has no column weight"):
        await things.copy(chunks([{"name": "a", "weight": 1}]))


async def test_a_value_that_cannot_be_sent_stores_nothing(scratch: Any, database: Database) -> None:
    await create_things(database)

    with pytest.raises(OverflowError, match="int32"):
        async with database.transaction() as session:
            await ThingRepository(session).copy(
                chunks([{"name": "a"}, {"name": "b", "size": 2**40}])
            )

    assert await scratch.fetchval("SELECT count(*) FROM scratch.things") == 0
    async with database.transaction() as session:
        assert await ThingRepository(session).copy(chunks([{"name": "a"}])) == 1


async def test_a_session_for_reads_copies_nothing(scratch: Any, database: Database) -> None:
    await create_things(database)

    with pytest.raises(RuntimeError, match="a session for reads has none"):
        async with database.reading() as session:
            await ThingRepository(session).copy(chunks([{"name": "a"}]))

    assert await scratch.fetchval("SELECT count(*) FROM scratch.things") == 0


async def test_a_default_that_only_sql_knows_is_told(scratch: Any, database: Database) -> None:
    class Dated(Scratch):
        __tablename__ = "dated"

        day: Mapped[datetime] = mapped_column(default=func.now())

    class DatedRepository(Repository[Dated]):
        model = Dated

    with pytest.raises(TypeError, match="the default of day is SQL"):
        async with database.transaction() as session:
            await DatedRepository(session).copy(chunks([{}]))
