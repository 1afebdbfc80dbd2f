"""What the tests of the caches ask for."""

import asyncio
from collections import Counter

from pydantic import BaseModel

from chassis.caching.cached import Cached
from chassis.caching.policy import Outcome


class Price(BaseModel, frozen=True):
    cents: int


def prices(
    *, shared: bool = False, absent_ttl: float = 0, longest_load: float = 60
) -> Cached[Price]:
    """Each test has one of its own, whose values last longer than it."""
    return Cached(
        "price",
        Price,
        ttl=3600,
        absent_ttl=absent_ttl,
        shared=shared,
        longest_load=longest_load,
    )


class Told:
    """What an observer is told."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.loads = 0
        self.entries = 0

    def asked(self, _cache: str, outcome: Outcome) -> None:
        self.outcomes[outcome] += 1

    def loaded(self, _cache: str, _seconds: float) -> None:
        self.loads += 1

    def holds(self, _cache: str, entries: int) -> None:
        self.entries = entries


class Source:
    """Where values come from, when the test lets them."""

    def __init__(self, price: int | None = 1, *, held: bool = False) -> None:
        self.price = price
        self.calls = 0
        self.begun = asyncio.Event()
        self.let_go = asyncio.Event()
        if not held:
            self.let_go.set()

    async def load(self) -> Price | None:
        """What there was when it began, as a snapshot of a database is."""
        self.calls += 1
        price = self.price
        self.begun.set()
        await self.let_go.wait()
        return None if price is None else Price(cents=price)


class Clock:
    """Of a time that the test sets."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now
