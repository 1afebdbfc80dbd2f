"""What the caches ask of Redis: each answer in time, or none."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from enum import Enum
from functools import partial
from secrets import token_bytes
from time import monotonic
from typing import Any, Literal, NamedTuple

from redis.asyncio import Redis
from redis.exceptions import RedisError

from chassis.caching.redis_pool import pool_at
from chassis.observability.outage import Outage


class Away(Enum):
    AWAY = "away"


AWAY: Literal[Away.AWAY] = Away.AWAY
"""It does not answer."""
Seen = bytes | None | Literal[Away.AWAY]
TOMBSTONE = b"~"
"""Begins no JSON. What follows tells it from the one before."""
MOST_OWED = 10_000


def is_tombstone(seen: bytes) -> bool:
    return seen.startswith(TOMBSTONE)


class Debt(NamedTuple):
    """A value that Redis is still to forget."""

    until: float
    """When it would have ended by itself."""
    quarantine: float


class RedisStore:
    """While it is away it is left alone, but for one try in some seconds; `Outage` says so.

    What it could not be told to forget it is told first when it is back.
    """

    def __init__(self, url: str, service: str, timeout: float) -> None:
        self._redis: Any = Redis(connection_pool=pool_at(url, None))
        self._service, self._timeout = service, timeout
        self._outage = Outage("cache")
        self._owed: dict[str, Debt] = {}

    async def get(self, name: str) -> Seen:
        """A value, a tombstone, or nothing."""
        seen: Seen = await self._ask(partial(self._redis.get, self._key(name)))
        return seen

    async def fill(self, name: str, value: bytes, seconds: float) -> None:
        """Where nothing is, no tombstone either."""
        await self._ask(
            partial(self._redis.set, self._key(name), value, px=int(seconds * 1000), nx=True)
        )

    async def forget(self, names: Sequence[str], quarantine: float, longest: float) -> None:
        """`quarantine`: seconds in which nothing is filled; `longest`: for which it may be kept."""
        for name in names:
            self._owed[self._key(name)] = Debt(monotonic() + longest, quarantine)
        for name in list(self._owed)[:-MOST_OWED]:  # then the time it is kept is the bound
            del self._owed[name]
        await self._ask(self._nothing_more)

    async def close(self) -> None:
        await self._redis.aclose(close_connection_pool=True)

    async def _ask(self, question: Callable[[], Awaitable[Any]]) -> Any:
        if not self._outage.is_over():
            return AWAY
        try:
            async with asyncio.timeout(self._timeout):  # for a connection and all answers together
                await self._pay()
                answer = await question()
        except (RedisError, OSError) as error:
            self._outage.begins(error)
            return AWAY
        self._outage.ends()
        return answer

    async def _pay(self) -> None:
        owed = dict(self._owed)
        if not owed:
            return
        pipeline = self._redis.pipeline(transaction=False)
        for key, debt in owed.items():
            if debt.until > monotonic():
                tombstone = TOMBSTONE + token_bytes(8)
                pipeline.set(key, tombstone, px=int(debt.quarantine * 1000))
        await pipeline.execute()
        for key, debt in owed.items():
            if self._owed.get(key) is debt:  # else it has changed once more meanwhile
                del self._owed[key]

    async def _nothing_more(self) -> None:
        """Paying was all."""

    def _key(self, name: str) -> str:
        return f"{self._service}/{name}"
