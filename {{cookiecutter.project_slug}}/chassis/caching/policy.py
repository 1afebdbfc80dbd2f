"""What is said of a cache, and who is told what it does."""

from dataclasses import dataclass
from random import uniform
from typing import Any, Literal, Protocol

JITTER = 0.1
"""Of what was kept together not all ends together."""
MARGIN = 1.0
"""Seconds that it may take from the end of a load until its value is stored."""

Outcome = Literal["hit", "miss", "joined", "bypassed"]
"""`joined`: another was loading it. `bypassed`: loaded, as Redis does not answer."""


@dataclass(frozen=True, eq=False)
class Policy:
    """Of one cache: another that says the same is another."""

    name: str
    kind: type[Any]
    ttl: float
    absent_ttl: float
    shared: bool
    version: int
    longest_load: float

    def seconds(self, value: Any) -> float:
        """For which it is kept; 0 is not at all."""
        seconds = self.absent_ttl if value is None else self.ttl
        return seconds * uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  no secret

    @property
    def longest(self) -> float:
        """Seconds for which anything is kept."""
        return max(self.ttl, self.absent_ttl) * (1 + JITTER)

    def quarantine(self, lag: float) -> float:
        """Seconds after which no load is left that may have read what was before a commit."""
        return lag + self.longest_load + MARGIN


class Observer(Protocol):
    """Told of each call, by the cache's name."""

    def asked(self, cache: str, outcome: Outcome, /) -> None: ...

    def loaded(self, cache: str, seconds: float, /) -> None: ...

    def holds(self, cache: str, entries: int, /) -> None: ...


class Nobody:
    """Who is told where metrics are off."""

    def asked(self, cache: str, outcome: Outcome) -> None:
        """Not counted."""

    def loaded(self, cache: str, seconds: float) -> None:
        """Not counted."""

    def holds(self, cache: str, entries: int) -> None:
        """Not counted."""
