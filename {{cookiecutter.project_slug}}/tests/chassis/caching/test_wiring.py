"""Which caches are in use, and what is refused."""

from typing import Any

import pytest
from pydantic import BaseModel

from chassis.caching import running
from chassis.caching.cached import Cached
from chassis.caching.wiring import caches
from tests.chassis.caching.asking import Clock, Price, Source, Told, prices
from tests.support.settings import make_settings

REPLICA = {"url": "postgresql://db/shop", "replica_url": "postgresql://standby/shop"}


def settings(**groups: Any) -> Any:
    return make_settings(**{"database": {"url": "postgresql://db/shop"}, **groups})


async def calls_of(cached: Cached[Price]) -> int:
    """How often the same is loaded that is asked for three times."""
    source = Source()
    for _ in range(3):
        assert await cached.get("lamp", source.load) == Price(cents=1)
    return source.calls


async def test_where_no_application_runs_all_is_loaded() -> None:
    assert await calls_of(prices()) == 3


async def test_where_a_setting_says_so_all_is_loaded() -> None:
    async with caches(settings(cache={"enabled": False}), None):
        assert await calls_of(prices()) == 3


async def test_without_metrics_it_is_kept_all_the_same() -> None:
    async with caches(settings(), None):
        assert await calls_of(prices()) == 1


async def test_without_redis_what_may_be_shared_is_kept_in_the_process(told: Told) -> None:
    async with caches(settings(), told):
        assert await calls_of(prices(shared=True)) == 1
    assert told.entries == 1


async def test_of_two_applications_in_one_event_loop_none_gets_what_the_other_has() -> None:
    cached = prices()
    async with caches(settings(), None):
        assert await calls_of(cached) == 1
        async with caches(settings(), None):
            assert await calls_of(cached) == 3
            assert len(running.every()) == 2
        assert await calls_of(cached) == 0
    assert running.every() == ()


async def test_two_caches_of_one_name_are_refused() -> None:
    async with caches(settings(), None):
        await calls_of(prices())
        with pytest.raises(ValueError, match="two caches are called 'price'"):
            prices().get("lamp", Source().load)


def test_values_that_one_could_change_for_all_are_refused() -> None:
    class Changeable(BaseModel):
        cents: int

    with pytest.raises(TypeError, match="Changeable could be changed"):
        Cached("price", Changeable, ttl=30)


async def test_until_no_load_can_have_read_an_old_row_of_the_replica_nothing_is_kept(
    clock: Clock,
) -> None:
    cached = prices()
    async with caches(settings(database=REPLICA | {"replica_max_lag": 5}), None):
        assert await calls_of(cached) == 1
        (kept,) = running.every()
        await kept.of(cached.policy).forget(["lamp"])
        clock.now += 5 + 60 + 0.9
        assert await calls_of(cached) == 3
        clock.now += 0.2
        assert await calls_of(cached) == 1
