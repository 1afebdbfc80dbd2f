"""Counts in a Redis that all processes share."""

import asyncio
from math import ceil
from time import time

from limits.aio.storage import RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError

from chassis.caching.redis_pool import pool_at
from chassis.observability.outage import Outage
from chassis.web.rate_limits.policies import Policy
from chassis.web.rate_limits.standing import Standing

TIMEOUT = 0.25


class SharedStorage(RedisStorage):
    """Keeps no request waiting: one try, for `timeout` seconds. Raises StorageError."""

    def __init__(self, url: str, timeout: float) -> None:
        self._pool = pool_at(url, timeout)
        super().__init__(
            f"async+{url}",
            wrap_exceptions=True,
            implementation="redispy",
            connection_pool=self._pool,  # type: ignore[arg-type]  # as documented
        )

    async def close(self) -> None:
        await self._pool.aclose()


class SharedCounter:
    """When the Redis does not answer, every request passes."""

    def __init__(self, url: str, service: str) -> None:
        self._storage = SharedStorage(url, TIMEOUT)
        self._window = SlidingWindowCounterRateLimiter(self._storage)
        self._service = service
        self._outage = Outage("rate limits")

    async def hit(self, policy: Policy, client: str) -> Standing | None:
        if not self._outage.is_over():
            return None
        try:
            async with asyncio.timeout(TIMEOUT):
                standing = await self._count(policy, client)
        except StorageError as error:
            self._outage.begins(error.storage_error)
            return None
        except TimeoutError as error:
            self._outage.begins(error)
            return None
        self._outage.ends()
        return standing

    async def _count(self, policy: Policy, client: str) -> Standing:
        key = f"{self._service}/{policy.name}/{client}"
        allowed = await self._window.hit(policy.limit, key)
        reset_at, remaining = await self._window.get_window_stats(policy.limit, key)
        reset = max(ceil(reset_at - time()), 1)
        return Standing(policy, allowed, remaining if allowed else 0, reset)

    async def close(self) -> None:
        await self._storage.close()
