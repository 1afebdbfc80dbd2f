"""A change is stored whenever PostgreSQL would keep it, whatever Python's `==` says."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel
from sqlalchemy import (
    ARRAY,
    Boolean,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    Numeric,
    PickleType,
    Text,
    TypeDecorator,
    func,
    inspect,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeEngine

from chassis.database.changes import comparison
from chassis.database.session import Database
from tests.chassis.database.quick.documents import Document, Letter
from tests.chassis.database.things import Colour, Thing, ThingRepository, create_things

NIGHT = datetime(2026, 1, 1, tzinfo=ZoneInfo("Europe/Berlin"))
TWICE = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
DEEP: Any = 1
for _ in range(900):
    DEEP = [DEEP]


class Folded(TypeDecorator[str]):
    """Compares by a word of its own."""

    impl = Text
    cache_ok = True

    def compare_values(self, x: Any, y: Any) -> bool:
        return str(x).casefold() == str(y).casefold()


class Note(BaseModel):
    value: Any


@dataclass(slots=True)
class Point:
    x: Any


ONE, TRUE, FLOAT = {"a": [1]}, {"a": [True]}, {"a": [1.0]}
CHANGES = [
    *((name, ONE, TRUE) for name in ("jsonb", "json", "variant", "decorated", "as_text")),
    *((name, ONE, TRUE) for name in ("mutable", "pickled", "deferred", "body", "later")),
    *(("jsonb", one, other) for one, other in [(1, True), (False, 0), (1.0, 1), (ONE, FLOAT)]),
    ("as_text", 1, True),
    ("array", [ONE, None], [TRUE, None]),
    ("json", {"a": 1, "b": 2}, {"b": 2, "a": 1}),
    ("number", Decimal("1.0"), Decimal("1.00")),
    ("real", 0.0, -0.0),
    ("clock", time(12, tzinfo=UTC), time(14, tzinfo=timezone(timedelta(hours=2)))),
]


async def by_assignment(session: AsyncSession, letter: Letter, name: str, value: Any) -> None:
    setattr(letter, name, value)
    await session.flush()


async def by_merge(session: AsyncSession, letter: Letter, name: str, value: Any) -> None:
    await session.merge(Letter(id=letter.id, **{name: value}))
    await session.flush()


async def by_update(session: AsyncSession, letter: Letter, name: str, value: Any) -> None:
    await ThingRepository(session).update(letter, {name: value})  # type: ignore[arg-type]


@pytest.fixture
async def letters(scratch: Any, database: Database) -> None:
    async with database.engine.begin() as connection:
        await connection.run_sync(Document.metadata.create_all)


@pytest.mark.usefixtures("letters")
@pytest.mark.parametrize("change", [by_assignment, by_merge, by_update])
@pytest.mark.parametrize(("name", "old", "new"), CHANGES)
async def test_a_change_is_stored_however_it_is_made(
    database: Database,
    change: Callable[..., Awaitable[None]],
    name: str,
    old: Any,
    new: Any,
) -> None:
    async with database.transaction() as session:
        session.add(letter := Letter(**{name: old}))
    async with database.transaction() as session:
        found = await session.get_one(Letter, letter.id)
        await session.refresh(found, [name])
        await change(session, found, name, new)
        assert found.version == 2

    async with database.transaction() as session:
        found = await session.get_one(Letter, letter.id)
        await session.refresh(found, [name])
        assert repr(getattr(found, name)) == repr(new)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (JSONB(), {"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (JSONB(), {1: "a"}, {1: "a"}),
        (JSONB(), DEEP, json.loads(json.dumps(DEEP))),
        (JSONB(), None, None),
        (Boolean(), True, 1),
        (Integer(), 1, 1.0),
        (Float(), 1, 1.0),
        (Numeric(12, 2), Decimal("1.5"), Decimal("1.50")),
        (Numeric(), Decimal("1.5"), Decimal("1.5")),
        (ARRAY(Float), [[1], [None]], [[1.0], (None,)]),
        (ARRAY(Float), None, None),
        (Text(), "red", Colour.RED),
        (DateTime(timezone=True), NIGHT, NIGHT.astimezone(UTC)),
        (Folded(), "a", "A"),
        (PickleType(comparator=lambda *_: True), 1, True),
    ],
)
def test_what_is_stored_alike_is_no_change(kind: TypeEngine[Any], one: Any, other: Any) -> None:
    assert comparison(kind)(one, other) is True
    assert comparison(kind)(other, one) is True


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (JSONB(), {1: "a"}, {True: "a"}),
        (JSONB(), [1], [1, 2]),
        (JSONB(), ONE, None),
        (JSONB(), DEEP, json.loads(json.dumps(DEEP).replace("1", "true"))),
        (ARRAY(Boolean), [True], [False]),
        (ARRAY(Integer), [1], [1, 2]),
        (ARRAY(Integer), [1], None),
        (PickleType(), Note(value=1), Note(value=True)),
        (PickleType(), [Point(0.0)], [Point(-0.0)]),
        (DateTime(timezone=True), TWICE, TWICE.replace(fold=1)),
        (LargeBinary(), b"a", func.now()),
        (Folded(), "a", "b"),
    ],
)
def test_what_is_stored_otherwise_is_a_change(kind: TypeEngine[Any], one: Any, other: Any) -> None:
    assert comparison(kind)(one, other) is not True
    assert comparison(kind)(other, one) is not True


@pytest.mark.usefixtures("letters")
async def test_a_change_within_a_mutable_one_is_stored(database: Database) -> None:
    async with database.transaction() as session:
        session.add(letter := Letter(mutable={"a": 1}))
        await session.flush()
        letter.mutable["a"] = True
        await session.flush()
        await session.refresh(letter)
        assert letter.mutable["a"] is True


@pytest.mark.usefixtures("scratch")
async def test_only_a_change_makes_an_entity_a_modified_one(database: Database) -> None:
    await create_things(database)
    async with database.transaction() as session:
        session.add(thing := Thing(name="lamp", notes={"a": 1}))
        await session.flush()
        thing.notes = {"a": 1}
        assert not session.is_modified(thing)
        thing.notes = {"a": True}
        assert session.is_modified(thing)
        assert inspect(thing).attrs.notes.history.deleted == [{"a": 1}]
