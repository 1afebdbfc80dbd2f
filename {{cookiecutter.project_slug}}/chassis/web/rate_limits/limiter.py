"""Counts requests against their limits."""

from typing import Protocol

from starlette.types import Scope

from chassis.settings.groups import RedisSettings
from chassis.web.rate_limits.policies import Policies
from chassis.web.rate_limits.process import ProcessCounter
from chassis.web.rate_limits.standing import Counter, Standing


class Observer(Protocol):
    """Told of each request that was refused, by the policy's name, or that nobody could count."""

    def exceeded(self, policy: str) -> None: ...

    def unavailable(self) -> None: ...


class RateLimiter:
    """In this process, or in a Redis that all processes share."""

    def __init__(
        self, counter: Counter, policies: Policies, observer: Observer | None = None
    ) -> None:
        self.counter = counter
        self.observer = observer
        self._policies = policies

    async def hit(self, scope: Scope, client: str) -> Standing | None:
        """Count one request against the limit of its route; None when it cannot be counted."""
        standing = await self.counter.hit(self._policies.of(scope), client)
        if self.observer is not None and standing is None:
            self.observer.unavailable()
        elif self.observer is not None and standing is not None and not standing.allowed:
            self.observer.exceeded(standing.policy.name)
        return standing

    async def close(self) -> None:
        await self.counter.close()


def counter_in(redis: RedisSettings, prefix: str) -> Counter:
    if redis.url is None:
        return ProcessCounter()
    # The client takes a quarter of the time to start: only where there is a Redis.
    from chassis.web.rate_limits.shared import SharedCounter  # noqa: PLC0415

    return SharedCounter(redis.url.get_secret_value(), prefix)
