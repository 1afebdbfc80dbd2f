"""Many rows at once, of every kind of model: stored as a session stores them, or refused."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import ARRAY, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database.repository import Repository
from chassis.database.session import Database
from tests.chassis.database.quick.comparing import create_tables, rows_of
from tests.chassis.database.quick.other_models import (
    OTHERS,
    Animal,
    Car,
    Dog,
    Forgetful,
    Heir,
    Vehicle,
    View,
)
from tests.chassis.database.quick.plain_models import (
    PLAIN,
    SPEAKING_SQL,
    TYPES,
    Behaving,
    Case,
    Compared,
    MadeByTheServer,
)
from tests.chassis.database.rows import chunks

IN_SEVERAL_TABLES = (Car, Heir, View)
REFUSED_TO_COPY: dict[type[Compared], str] = {
    SPEAKING_SQL.model: "the type of value stores by SQL",
    MadeByTheServer: "the default of sum is SQL",
    **dict.fromkeys(
        (*IN_SEVERAL_TABLES, Animal, Dog, Vehicle, Forgetful),
        "is more than a row of values: use `create_many`",
    ),
}


class Sized(Compared):
    __tablename__ = "sized"

    size: Mapped[int | None] = mapped_column(server_default="7")


def repository_of(model: type[Compared], session: AsyncSession) -> Repository[Any]:
    kind: Any = type("R", (Repository,), {"model": model})
    made: Repository[Any] = kind(session)
    return made


async def stored(session: AsyncSession, model: type[Compared]) -> list[Any]:
    entities = await session.scalars(select(model).order_by(model.id))
    return [await rows_of(session, entity) for entity in entities]


def given(case: Case) -> list[dict[str, Any]]:
    """The values of columns: what is an attribute alone has no place among many rows."""
    keys = case.model.__mapper__.columns.keys()
    rows = [{key: value for key, value in row.items() if key in keys} for row in case.rows]
    return [row for row in rows if row]


OF_COLUMNS = [case for case in PLAIN + OTHERS if given(case) and case.model is not Behaving]


async def made_by_session(database: Database, case: Case) -> list[Any]:
    """What is stored of these rows, which are gone again."""
    await create_tables(database, case)
    async with database.transaction() as session:
        session.add_all([case.model(**row) for row in given(case)])
        await session.flush()
        rows = await stored(session, case.model)
        await session.rollback()
    return rows


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize("case", OF_COLUMNS, ids=str)
async def test_many_are_created_as_by_a_session(database: Database, case: Case) -> None:
    by_session = await made_by_session(database, case)

    async with database.transaction() as session:
        created = await repository_of(case.model, session).create_many(given(case))
        assert [type(entity) for entity in created] == [case.model] * len(by_session)
        assert await stored(session, case.model) == by_session


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize("case", OF_COLUMNS, ids=str)
async def test_they_are_copied_as_by_a_session_or_refused(database: Database, case: Case) -> None:
    await compare_copies(database, case)


@pytest.mark.usefixtures("scratch")
async def test_every_type_is_copied_as_by_a_session_or_refused(database: Database) -> None:
    for case in TYPES:
        complete = [row for row in case.rows if row.get("other") is not None]
        await compare_copies(database, Case(case.model, complete))


async def compare_copies(database: Database, case: Case) -> None:
    by_session = await made_by_session(database, case)
    async with database.transaction() as session:
        repository = repository_of(case.model, session)
        if (why := REFUSED_TO_COPY.get(case.model)) is not None:
            with pytest.raises(TypeError, match=why):
                await repository.copy(chunks(given(case)))
        else:
            assert await repository.copy(chunks(given(case))) == len(by_session)
            assert await stored(session, case.model) == by_session


@pytest.mark.usefixtures("scratch")
async def test_a_default_of_the_server_is_copied_in_all_rows_or_none(database: Database) -> None:
    await create_tables(database, case := Case(Sized, []))
    async with database.transaction() as session:
        repository = repository_of(case.model, session)
        with pytest.raises(ValueError, match="some rows name size and some do not"):
            await repository.copy(chunks([{"size": 1}, {}]))
        assert await repository.copy(chunks([{}, {}])) == 2
        assert await repository.copy(chunks([{"size": 1}, {"size": None}])) == 2
        assert sorted(map(str, await session.scalars(select(Sized.size)))) == [
            "1",
            "7",
            "7",
            "None",
        ]


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize("case", [case for case in OTHERS if case.model is not View], ids=str)
async def test_they_are_changed_and_deleted_or_refused(database: Database, case: Case) -> None:
    await create_tables(database, case)
    async with database.transaction() as session:
        session.add_all(entities := [case.model(**row) for row in case.rows])
        await session.flush()
        keys = [entity.id for entity in entities]
        repository = repository_of(case.model, session)
        session.expunge_all()
        changes: list[Callable[[], Awaitable[int]]] = [
            lambda: repository.update_where(true()),
            lambda: repository.update_many([{"id": key} for key in keys]),
            lambda: repository.delete_many(keys),
        ]
        for version, change in enumerate(changes, start=2):
            if case.model in IN_SEVERAL_TABLES:
                with pytest.raises(TypeError, match="is in several tables"):
                    await change()
                continue
            assert await change() == len(keys)
            found = await session.scalars(select(case.model.version))
            assert [*found] == ([version] * len(keys) if version < 4 else [])


@pytest.mark.usefixtures("scratch")
async def test_every_type_is_changed_as_by_a_session_or_refused(database: Database) -> None:
    for case in [*TYPES, SPEAKING_SQL]:
        changes = [row for row in case.rows if row.get("other") is not None]
        model: Any = case.model
        values = select(model.value, model.other).order_by(model.id)
        await create_tables(database, case)
        async with database.transaction() as session:
            session.add_all(entities := [model(**case.rows[0]) for _ in changes])
            await session.flush()
            rows = [{"id": it.id, **row} for it, row in zip(entities, changes, strict=True)]
            if isinstance(model.value.type, ARRAY):
                with pytest.raises(TypeError, match="value, other cannot be in an array of arrays"):
                    await repository_of(model, session).update_many(rows)
                continue
            await repository_of(model, session).update_many(rows)
            by_bulk = (await session.execute(values)).all()
            await session.rollback()
        async with database.transaction() as session:
            session.add_all(model(**row) for row in changes)
            await session.flush()
            assert by_bulk == (await session.execute(values)).all(), case
