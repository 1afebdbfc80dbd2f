"""Whether a Redis answers, on a connection of its own."""

import asyncio
import time
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from chassis.caching.redis_pool import pool_at

CACHE = 1.0
FAILURES = (RedisError, OSError)


class RedisProbe:
    """However many ask, it is asked at most once a second."""

    def __init__(self, url: str, timeout: float) -> None:
        self._redis: Any = Redis(connection_pool=pool_at(url, timeout))
        self._timeout = timeout
        self._lock = asyncio.Lock()
        self._asked_at = float("-inf")
        self.available = False
        self.latency: float | None = None
        """Seconds of the last answer."""

    async def check(self) -> bool:
        async with self._lock:
            if time.monotonic() - self._asked_at > CACHE:
                try:
                    await self.ping()
                    self.available = True
                except FAILURES:
                    self.available = False
                self._asked_at = time.monotonic()
            return self.available

    async def ping(self) -> None:
        """Raises one of FAILURES."""
        async with asyncio.timeout(self._timeout):
            begun = time.perf_counter()
            await self._redis.ping()
            self.latency = time.perf_counter() - begun

    async def eviction(self) -> str | None:
        """What it does when it is full, such as `allkeys-lru`. Raises one of FAILURES."""
        async with asyncio.timeout(self._timeout):
            told = await self._redis.info("memory")
        policy: str | None = told.get("maxmemory_policy")
        return policy

    async def close(self) -> None:
        await self._redis.aclose(close_connection_pool=True)
