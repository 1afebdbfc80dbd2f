"""What a transaction changes is forgotten when it may be stored, and at no other time."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.caching import running
from chassis.caching.cached import Cached
from chassis.caching.wiring import caches
from chassis.database.session import Database
from chassis.settings import Settings
from tests.chassis.caching.asking import Price, Told, prices
from tests.support.eventually import eventually

COMMITTING = """
    SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query LIKE 'COMMIT%'
"""
SLOW_COMMIT = """
    CREATE FUNCTION shop.sleep() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(3600); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER slow AFTER UPDATE ON shop.prices
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION shop.sleep()
"""


class Shop:
    """One price in a table, and as it is kept."""

    def __init__(self, database: Database, cached: Cached[Price]) -> None:
        self.database, self.cached = database, cached
        self.loads = 0

    async def price(self) -> int:
        return (await self.cached.get("lamp", self._load)).cents

    async def _load(self) -> Price:
        self.loads += 1
        async with self.database.reading() as session:
            return Price(cents=await session.scalar(text("SELECT cents FROM shop.prices")))

    async def change(self, session: AsyncSession, cents: int = 2) -> None:
        await session.execute(text(f"UPDATE shop.prices SET cents = {cents}"))
        self.cached.forget(session, "lamp")


@pytest.fixture
async def shop(sql: Any, database: Database) -> AsyncIterator[Shop]:
    await sql.execute("DROP SCHEMA IF EXISTS shop CASCADE; CREATE SCHEMA shop")
    await sql.execute("CREATE TABLE shop.prices (cents int); INSERT INTO shop.prices VALUES (1)")
    yield Shop(database, prices())
    await sql.execute("SET lock_timeout = '5s'; DROP SCHEMA shop CASCADE")


async def test_what_is_changed_is_forgotten_once_it_is_stored(shop: Shop) -> None:
    assert await shop.price() == 1
    async with shop.database.transaction() as session:
        await shop.change(session)
        assert await shop.price() == 1

    assert await shop.price() == 2


async def test_what_is_rolled_back_stays(shop: Shop) -> None:
    async def fail(session: AsyncSession) -> None:
        await shop.change(session)
        raise KeyError

    await shop.price()
    with pytest.raises(KeyError):
        await shop.database.run(fail)

    assert (await shop.price(), shop.loads) == (1, 1)


async def test_the_end_of_a_savepoint_forgets_nothing_yet(shop: Shop) -> None:
    await shop.price()
    async with shop.database.transaction() as session:
        async with session.begin_nested():
            await shop.change(session)
        assert (await shop.price(), shop.loads) == (1, 1)

    assert await shop.price() == 2


async def test_who_is_cancelled_during_commit_has_forgotten(shop: Shop, sql: Any) -> None:
    await sql.execute(SLOW_COMMIT)
    await shop.price()
    task = asyncio.ensure_future(shop.database.run(shop.change))
    await eventually(lambda: sql.fetchval(COMMITTING))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await shop.price()
    assert shop.loads == 2  # whatever became of the COMMIT


async def test_many_keys_are_forgotten_at_once_and_each_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgotten: list[Any] = []

    async def note(keys: Any) -> None:
        forgotten.append(keys)

    (in_use,) = running.every()
    monkeypatch.setattr(in_use.of(shop.cached.policy), "forget", note)
    async with shop.database.transaction() as session:
        for key in ("lamp", "desk", "lamp"):
            shop.cached.forget(session, key)

    assert forgotten == [["lamp", "desk"]]


async def test_two_applications_of_one_event_loop_both_forget(
    shop: Shop, settings: Settings
) -> None:
    await shop.price()
    told = Told()
    async with caches(settings, told), shop.database.transaction() as session:
        await shop.change(session)

    assert await shop.price() == 2


async def test_a_session_of_reads_has_nothing_to_forget(shop: Shop) -> None:
    async with shop.database.reading() as session:
        with pytest.raises(TypeError, match="SafeSession commits nothing"):
            shop.cached.forget(session, "lamp")
