"""Pages of a model that has another base, and another kind of key, than the chassis gives."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import String, make_url, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.database.paging.keyset import Order
from chassis.database.paging.sorting import check_sorts
from chassis.problems import NotFound

NAMES = ["b", "a", "c", "a", "b"]


class Base(DeclarativeBase):
    """As an application has its own."""


class Ticket(Base):
    __tablename__ = "tickets"
    __table_args__ = ({"schema": "scratch"},)

    number: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20))


SORTS = {"name": Ticket.name, "number": Ticket.number}


@pytest.fixture
async def engine(scratch: Any, database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(make_url(database_url).set(drivername="postgresql+asyncpg"))
    async with AsyncSession(engine) as session, session.begin():
        await (await session.connection()).run_sync(Base.metadata.create_all)
        session.add_all([Ticket(name=name) for name in NAMES])
    yield engine
    await engine.dispose()


@pytest.mark.parametrize(
    ("sort", "expected"),
    [("name", [2, 4, 1, 5, 3]), ("-name", [3, 5, 1, 4, 2]), ("-number", [5, 4, 3, 2, 1])],
)
async def test_each_row_is_on_one_page(sort: str, expected: list[int], engine: AsyncEngine) -> None:
    check_sorts(Ticket, SORTS)
    order, seen, cursor = Order.parse(sort, Ticket.number, SORTS), list[int](), None
    async with AsyncSession(engine) as session:
        for _ in range(3):
            statement = order.page_of(select(Ticket), later=cursor is not None)
            rows = (await session.scalars(statement, order.values(cursor, 2))).all()
            seen += [row.number for row in rows]
            cursor = order.cursor_after(rows[-1])

    assert seen == expected


def test_a_cursor_with_a_key_of_another_kind_leads_nowhere() -> None:
    cursor = "WyJuYW1lIiwiYSIsIngiXQ"  # ["name","a","x"]

    with pytest.raises(NotFound, match="no such page"):
        Order.parse("name", Ticket.number, SORTS).values(cursor, 1)
