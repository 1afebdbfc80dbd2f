"""What every repository can do with many rows at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Text, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import mapped_column
from sqlalchemy.orm.exc import StaleDataError

from chassis.database.repository import Repository
from chassis.database.session import Database
from chassis.problems import NotFound
from tests.chassis.database.rows import chunks, named
from tests.chassis.database.things import Colour, Scratch, Thing, ThingRepository, create_things

MORE_THAN_PARAMETERS = 33_000


class Wide(Scratch):
    """A row takes so many parameters that a thousand rows are too many for one statement."""

    __tablename__ = "wide"
    __annotations__ = {}


for number in range(40):
    setattr(Wide, f"c{number}", mapped_column(Text))


class WideRepository(Repository[Wide]):
    model = Wide


async def test_rows_of_many_columns_are_split_below_the_limit_of_parameters(
    scratch: Any, database: Database
) -> None:
    await create_things(database)
    rows = [{f"c{c}": f"{row}" for c in range(40)} for row in range(1_000)]
    async with database.transaction() as session:
        created: Sequence[Any] = await WideRepository(session).create_many(rows)

    assert [entity.c39 for entity in created] == [row["c39"] for row in rows]
    assert await scratch.fetchval("SELECT count(*) FROM scratch.wide") == 1_000


async def test_rows_may_name_different_columns(things: ThingRepository) -> None:
    created = await things.create_many([{"name": "a"}, {"name": "b", "size": 5}, {"name": "c"}])

    assert [(thing.name, thing.size) for thing in created] == [("a", 0), ("b", 5), ("c", 0)]


async def test_one_row_that_is_taken_leaves_none_of_them(scratch: Any, database: Database) -> None:
    await create_things(database, "2499")

    with pytest.raises(IntegrityError):
        async with database.transaction() as session:
            await ThingRepository(session).create_many(named(2_500))

    assert await scratch.fetchval("SELECT count(*) FROM scratch.things") == 1


async def test_many_are_changed_by_a_condition_with_version_and_time(
    things: ThingRepository,
) -> None:
    created = await things.create_many([{"name": name} for name in "abc"])

    changed = await things.update_where(
        Thing.name != "b", Thing.size == 0, size=5, colour=Colour.DARK_BLUE
    )

    assert changed == 2
    things.session.expunge_all()
    a, b, c = [await things.get(thing.id) for thing in created]
    assert [(thing.size, thing.colour, thing.version) for thing in (a, b, c)] == [
        (5, Colour.DARK_BLUE, 2),
        (0, Colour.RED, 1),
        (5, Colour.DARK_BLUE, 2),
    ]
    assert a.updated_at == c.updated_at > created[0].created_at
    assert b.updated_at == created[1].updated_at


@pytest.mark.parametrize("method", ["update_where", "delete_where"])
async def test_every_row_must_be_meant(things: ThingRepository, method: str) -> None:
    await things.create_many(named(3))
    changes = {"size": 1} if method == "update_where" else {}

    with pytest.raises(ValueError, match=r"say true\(\)"):
        await getattr(things, method)(**changes)

    assert await getattr(things, method)(true(), **changes) == 3


async def test_each_row_gets_values_of_its_own(things: ThingRepository) -> None:
    created = await things.create_many([{"name": name, "size": 1} for name in "abc"])
    seen = datetime.fromisoformat("2026-01-31T12:00:00+00:00")
    rows = [
        {"id": created[2].id, "size": 7, "colour": Colour.DARK_BLUE, "notes": {"x": [1]}},
        {"id": created[0].id, "size": 8, "colour": Colour.RED, "notes": None},
    ]

    changed = await things.update_many([row | {"seen_at": seen} for row in rows])

    assert changed == 2
    things.session.expunge_all()
    found = [await things.get(thing.id) for thing in created]
    assert [(thing.size, thing.version) for thing in found] == [(8, 2), (1, 1), (7, 2)]
    assert [(thing.colour, thing.notes) for thing in found[::2]] == [
        (Colour.RED, None),
        (Colour.DARK_BLUE, {"x": [1]}),
    ]
    assert (found[0].seen_at, found[1].seen_at) == (seen, None)
    assert found[0].updated_at > created[0].updated_at


@pytest.mark.no_cover  # other tests cover it; measured, it would take thrice as long
async def test_no_number_of_rows_is_too_large_to_change_or_delete(
    scratch: Any, database: Database
) -> None:
    await create_things(database)
    async with database.transaction() as session:
        wide = WideRepository(session)
        await wide.copy(chunks([{}] * MORE_THAN_PARAMETERS))
        keys = list(await session.scalars(select(Wide.id)))

        assert await wide.update_many([{"id": key, "c0": "x"} for key in keys]) == len(keys)
        assert await wide.delete_many(keys) == MORE_THAN_PARAMETERS


async def test_one_that_is_missing_among_those_to_change_is_told(things: ThingRepository) -> None:
    (known,) = await things.create_many(named(1))
    missing = uuid4()

    with pytest.raises(NotFound, match=f"Thing {missing} does not exist"):
        await things.update_many([{"id": known.id, "size": 1}, {"id": missing, "size": 1}])


@pytest.mark.parametrize(
    ("second", "message"),
    [({"size": 2}, "an id appears twice"), ({"name": "b"}, "do not all name the same columns")],
)
async def test_rows_that_contradict_each_other_are_refused(
    things: ThingRepository, second: dict[str, Any], message: str
) -> None:
    key = uuid4()

    with pytest.raises(ValueError, match=message):
        await things.update_many([{"id": key, "size": 1}, {"id": key} | second])


async def test_a_value_that_is_taken_changes_none_of_the_rows(
    scratch: Any, database: Database
) -> None:
    created = await create_things(database, "a", "b", "c")

    with pytest.raises(IntegrityError):
        async with database.transaction() as session:
            await ThingRepository(session).update_many(
                [{"id": created[0].id, "name": "z"}, {"id": created[1].id, "name": "c"}]
            )

    rows = await scratch.fetch("SELECT name FROM scratch.things ORDER BY id")
    assert [row["name"] for row in rows] == ["a", "b", "c"]


async def test_many_are_deleted_by_key_and_those_that_are_not_there_do_not_count(
    things: ThingRepository,
) -> None:
    created = await things.create_many([{"name": name} for name in "abc"])

    assert await things.delete_many([created[0].id, uuid4(), created[2].id, created[0].id]) == 2

    assert await things.find(created[0].id) is None
    assert await things.find(created[1].id) is not None


async def test_many_are_deleted_by_a_condition(things: ThingRepository) -> None:
    await things.create_many([{"name": name} for name in "abc"])

    assert await things.delete_where(Thing.name.in_(["a", "c", "z"])) == 2


@pytest.mark.parametrize("method", ["create_many", "update_many", "delete_many"])
async def test_nothing_to_do_is_done(things: ThingRepository, method: str) -> None:
    assert not await getattr(things, method)([])


async def test_an_entity_from_before_a_bulk_change_cannot_undo_it(
    scratch: Any, database: Database
) -> None:
    (created,) = await create_things(database, "a")
    async with database.transaction() as session:
        things = ThingRepository(session)
        thing = await things.get(created.id)
        await things.update_where(Thing.id == thing.id, size=5)

        with pytest.raises(StaleDataError):
            await things.update(thing, {"size": 1})

        await session.rollback()


async def test_pending_entities_are_seen_by_bulk_statements(things: ThingRepository) -> None:
    things.session.add(Thing(name="a"))

    assert await things.update_where(Thing.name == "a", size=1) == 1
