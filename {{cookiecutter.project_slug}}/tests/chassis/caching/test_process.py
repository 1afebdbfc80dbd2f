"""Values that a process keeps for itself."""

import asyncio
from contextvars import ContextVar
from typing import Any

import pytest

from chassis.caching import running
from chassis.caching.cached import Cached
from chassis.caching.caches import Caches
from tests.chassis.caching.asking import Clock, Price, Source, Told, prices

pytestmark = pytest.mark.usefixtures("_in_use")


async def test_a_thousand_callers_of_a_cold_key_make_one_load(told: Told) -> None:
    cached, source = prices(), Source(held=True)
    callers = [asyncio.ensure_future(cached.get("lamp", source.load)) for _ in range(1000)]
    await source.begun.wait()
    source.let_go.set()
    found = await asyncio.gather(*callers)

    assert source.calls == 1
    assert {id(each) for each in found} == {id(found[0])}
    assert found[0] == Price(cents=1)
    assert told.outcomes == {"miss": 1, "joined": 999}
    assert (told.loads, told.entries) == (1, 1)


async def test_what_is_kept_is_not_loaded_again(told: Told) -> None:
    cached, source = prices(), Source()

    assert await cached.get("lamp", source.load) is await cached.get("lamp", source.load)
    assert told.outcomes == {"miss": 1, "hit": 1}


async def test_each_key_has_its_own_value() -> None:
    cached = prices()

    assert await cached.get("lamp", Source(1).load) == Price(cents=1)
    assert await cached.get("desk", Source(2).load) == Price(cents=2)


async def test_a_value_is_kept_for_its_time_and_a_tenth_more_or_less(clock: Clock) -> None:
    cached, source = prices(), Source()
    for _ in range(3):
        await cached.get("lamp", source.load)
        clock.now += 3600 * 0.89
    assert source.calls == 2

    clock.now += 3600 * 1.11
    await cached.get("lamp", source.load)
    assert source.calls == 3


async def test_values_of_one_moment_do_not_end_together(clock: Clock) -> None:
    cached, source = prices(), Source()
    keys = [f"{number}" for number in range(100)]
    for key in keys:
        await cached.get(key, source.load)
    clock.now += 3600
    for key in keys:
        await cached.get(key, source.load)

    assert 110 < source.calls < 190


@pytest.mark.parametrize(("absent_ttl", "calls"), [(0, 2), (60, 1)])
async def test_that_there_is_none_is_kept_where_a_time_is_said(
    absent_ttl: float, calls: int
) -> None:
    cached, source = prices(absent_ttl=absent_ttl), Source(None)

    assert await cached.get("lamp", source.load) is None
    assert await cached.get("lamp", source.load) is None
    assert source.calls == calls


async def test_a_cancelled_leader_leaves_all_others_served() -> None:
    cached, source = prices(), Source(held=True)
    leader = asyncio.ensure_future(cached.get("lamp", source.load))
    await source.begun.wait()
    followers = [asyncio.ensure_future(cached.get("lamp", source.load)) for _ in range(3)]
    await asyncio.sleep(0)
    leader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leader
    source.let_go.set()

    assert await asyncio.gather(*followers) == [Price(cents=1)] * 3
    assert source.calls == 1


async def test_a_load_that_nobody_waits_for_any_more_is_kept() -> None:
    cached, source = prices(), Source(held=True)
    leader = asyncio.ensure_future(cached.get("lamp", source.load))
    await source.begun.wait()
    leader.cancel()
    source.let_go.set()

    assert await cached.get("lamp", source.load) == Price(cents=1)
    assert source.calls == 1


async def test_a_failure_is_raised_to_all_who_wait_and_not_kept() -> None:
    cached, go_on = prices(), asyncio.Event()

    async def fail() -> Price:
        await go_on.wait()
        raise KeyError

    callers = [asyncio.ensure_future(cached.get("lamp", fail)) for _ in range(3)]
    await asyncio.sleep(0)
    go_on.set()
    failures = await asyncio.gather(*callers, return_exceptions=True)

    assert [type(each) for each in failures] == [KeyError] * 3
    assert await cached.get("lamp", Source().load) == Price(cents=1)


async def test_a_load_is_given_up_after_its_time() -> None:
    cached, source = prices(longest_load=0.01), Source(held=True)

    with pytest.raises(TimeoutError):
        await cached.get("lamp", source.load)


async def test_a_load_knows_nothing_of_the_request_that_began_it() -> None:
    cached, request = prices(), ContextVar("request", default="none")
    request.set("of the leader")

    async def load() -> Price:
        return Price(cents=len(request.get()))

    assert await cached.get("lamp", load) == Price(cents=len("none"))


async def test_no_more_is_kept_than_may_be_and_what_was_unused_longest_goes(told: Told) -> None:
    cached, source = prices(), Source()
    await cached.get("used", source.load)
    for number in range(1000):
        await cached.get(f"{number}", source.load)
        await cached.get("used", source.load)

    assert source.calls == 1001
    assert told.entries == 100
    await cached.get("999", source.load)
    await cached.get("901", source.load)
    assert source.calls == 1001
    await cached.get("900", source.load)
    assert source.calls == 1002


async def forget(caches: Caches, cached: Cached[Any], key: str) -> None:
    await caches.of(cached.policy).forget([key])


async def test_what_was_forgotten_during_its_load_is_not_kept() -> None:
    cached, source, caches = prices(), Source(1, held=True), running.only()
    assert caches is not None
    before = asyncio.ensure_future(cached.get("lamp", source.load))
    await source.begun.wait()
    source.price = 2
    await forget(caches, cached, "lamp")
    after = asyncio.ensure_future(cached.get("lamp", source.load))
    await asyncio.sleep(0)
    source.let_go.set()

    assert [await before, await after] == [Price(cents=1), Price(cents=2)]
    assert await cached.get("lamp", source.load) == Price(cents=2)
    assert source.calls == 2


async def test_a_load_that_ends_after_a_later_one_is_not_kept() -> None:
    cached, old, new, caches = prices(), Source(1, held=True), Source(2), running.only()
    assert caches is not None
    before = asyncio.ensure_future(cached.get("lamp", old.load))
    await old.begun.wait()
    await forget(caches, cached, "lamp")
    await cached.get("lamp", new.load)
    old.let_go.set()
    await before

    assert await cached.get("lamp", old.load) == Price(cents=2)


async def test_the_end_of_the_application_ends_its_loads(told: Told) -> None:
    source = Source(held=True)
    caches = Caches(told, max_entries=1, lag=0)
    waiting = asyncio.ensure_future(caches.of(prices().policy).get("lamp", source.load))
    await source.begun.wait()
    await caches.close()

    with pytest.raises(asyncio.CancelledError):
        await waiting
