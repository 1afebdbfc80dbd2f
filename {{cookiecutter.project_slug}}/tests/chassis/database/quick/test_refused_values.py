"""What a type or a default of a model raises means the same on the quick way as on SQLAlchemy's."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import Dialect, MetaData, Text, TypeDecorator, select, text
from sqlalchemy.exc import PendingRollbackError, StatementError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database.failures import problem_from
from chassis.database.model import NAMING_CONVENTION, Entity
from chassis.database.quick.insertion import insertion_of
from chassis.database.reader import Reader
from chassis.database.repository import Repository
from chassis.database.session import Database
from chassis.problems import InternalError
from tests.chassis.database.quick.inserting import by_unit_of_work


class Upper(TypeDecorator[str]):
    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        if value == "refused":
            raise ValueError(value)
        return value and value.upper()


def size() -> int:
    raise LookupError


class Choosy(Entity):
    metadata = MetaData(schema="scratch", naming_convention=NAMING_CONVENTION)
    __tablename__ = "choosy"

    name: Mapped[str] = mapped_column(Upper)
    size: Mapped[int] = mapped_column(default=size)


class ChoosyRepository(Repository[Choosy]):
    model = Choosy


Create = Callable[[AsyncSession, Choosy], Awaitable[object]]


async def by_repository(session: AsyncSession, entity: Choosy) -> None:
    await ChoosyRepository(session).create(entity)


WRONG = {"a type": {"name": "refused", "size": 1}, "a default": {"name": "lamp"}}


@pytest.fixture
async def database(scratch: Any, database: Database) -> AsyncIterator[Database]:
    async with database.engine.begin() as connection:
        await connection.run_sync(Choosy.metadata.create_all)
    yield database
    assert await scratch.fetchval("SELECT count(*) FROM scratch.choosy") == 0


async def failure(database: Database, create: Create, values: dict[str, Any]) -> Any:
    async with database.transaction() as session:
        with pytest.raises(StatementError) as failed:
            await create(session, Choosy(**values))
        with pytest.raises(PendingRollbackError):
            await session.execute(text("SELECT 1"))
        await session.rollback()
    return failed.value


@pytest.mark.parametrize("values", WRONG.values(), ids=WRONG)
async def test_a_create_fails_as_a_flush_does(database: Database, values: dict[str, Any]) -> None:
    assert insertion_of(Choosy) is not None

    ways = (by_unit_of_work, by_repository)
    usual, quick = [await failure(database, create, values) for create in ways]

    assert type(quick) is type(usual) is StatementError
    assert type(quick.orig) is type(usual.orig)
    assert str(quick) == str(usual)
    assert isinstance(problem_from(quick), InternalError)


async def test_a_read_fails_as_one_of_a_session_does(database: Database) -> None:
    wanted = select(Choosy).where(Choosy.name == "refused")
    lamps = select(Choosy).where(Choosy.name == "lamp")
    reader = Reader(database)
    assert database.direct.query(Choosy, lamps, {}) is not None
    assert await ChoosyRepository(reader).entities(lamps) == []

    async with database.transaction() as session:
        with pytest.raises(StatementError) as usual:
            await session.scalars(wanted)
        await session.rollback()
    with pytest.raises(StatementError) as quick:
        await ChoosyRepository(reader).entities(wanted)

    assert type(quick.value.orig) is type(usual.value.orig) is ValueError
