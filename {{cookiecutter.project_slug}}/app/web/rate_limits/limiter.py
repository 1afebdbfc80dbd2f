"""Counts requests against their limits."""

import asyncio
from math import ceil
from time import time
from typing import NamedTuple, Protocol

from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError

from app.settings import Settings
from app.web.rate_limits.outage import Outage
from app.web.rate_limits.policies import Policy
from app.web.rate_limits.storage import storage_for

TIMEOUT = 0.25


class Standing(NamedTuple):
    """Where a client stands after a request."""

    policy: Policy
    allowed: bool
    remaining: int
    reset: int
    """Seconds until there is more."""

    def headers(self) -> dict[str, str]:
        """Of draft-ietf-httpapi-ratelimit-headers."""
        name, limit = self.policy
        return {
            "RateLimit-Policy": f'"{name}";q={limit.amount};w={limit.get_expiry()}',
            "RateLimit": f'"{name}";r={self.remaining};t={self.reset}',
        }


class Observer(Protocol):
    """Told of each request that was refused, by the policy's name, or that nobody could count."""

    def exceeded(self, policy: str) -> None: ...

    def unavailable(self) -> None: ...


class RateLimiter:
    """When the storage does not answer, every request passes."""

    def __init__(self, settings: Settings, observer: Observer | None = None) -> None:
        url = settings.redis.url
        self._storage = storage_for(url.get_secret_value() if url else None, TIMEOUT)
        self._is_shared = url is not None
        self._window = SlidingWindowCounterRateLimiter(self._storage)
        self._service = settings.service.name
        self._outage = Outage("rate limits")
        self.observer = observer

    async def hit(self, policy: Policy, client: str) -> Standing | None:
        """Count one request; None when it cannot be counted."""
        standing = await self._try(policy, client) if self._outage.is_over() else None
        if self.observer is not None and standing is None:
            self.observer.unavailable()
        elif self.observer is not None and standing is not None and not standing.allowed:
            self.observer.exceeded(policy.name)
        return standing

    async def _try(self, policy: Policy, client: str) -> Standing | None:
        try:
            async with asyncio.timeout(TIMEOUT if self._is_shared else None):
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
