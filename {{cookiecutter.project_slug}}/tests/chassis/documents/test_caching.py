"""What docs/caching.md shows does what it says."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database.session import Database
from tests.chassis.documents.pages import Page

PAGE = Page("caching.md")
caching = PAGE.load()


@pytest.fixture
async def prices(sql: Any, database: Database) -> AsyncIterator[Any]:
    await sql.execute("CREATE TABLE prices (sku text PRIMARY KEY, cents int)")
    await sql.execute("INSERT INTO prices VALUES ('lamp', 100)")
    yield sql
    await sql.execute("SET lock_timeout = '5s'; DROP TABLE prices")


async def test_a_price_list(prices: Any, database: Database) -> None:
    assert await caching.price_of(database, "lamp") == caching.Price(cents=100)
    assert await caching.price_of(database, "desk") is None
    await prices.execute("UPDATE prices SET cents = 1; INSERT INTO prices VALUES ('desk', 1)")

    assert await caching.price_of(database, "lamp") == caching.Price(cents=100)
    assert await caching.price_of(database, "desk") is None


async def test_what_changes_is_forgotten(prices: Any, database: Database) -> None:
    async def change(session: AsyncSession) -> None:
        await caching.set_price(session, "lamp", 200)

    async def fail(session: AsyncSession) -> None:
        await change(session)
        raise KeyError

    await caching.price_of(database, "lamp")
    with pytest.raises(KeyError):
        await database.run(fail)
    assert await caching.price_of(database, "lamp") == caching.Price(cents=100)

    await database.run(change)
    assert await caching.price_of(database, "lamp") == caching.Price(cents=200)


async def test_values_that_processes_share_are_declared_as_such() -> None:
    policy = caching.SHARED_PRICES.policy

    assert (policy.shared, policy.version, policy.ttl) == (True, 2, 300)


async def test_whose_answer_it_is(prices: Any, database: Database) -> None:
    assert await caching.prices_for(database, "ann", "lamp") == caching.Price(cents=100)
    await prices.execute("UPDATE prices SET cents = 1")

    assert await caching.prices_for(database, "ann", "lamp") == caching.Price(cents=100)
    assert await caching.prices_for(database, "bob", "lamp") == caching.Price(cents=1)
