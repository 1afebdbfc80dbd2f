"""Who is told of what a worker does."""

from collections.abc import Sequence
from typing import Literal, Protocol

from chassis.jobs.queue import Standing

Outcome = Literal["done", "again", "failed", "cut off", "lost"]


class Observer(Protocol):
    def ended(self, name: str, outcome: Outcome, seconds: float) -> None: ...

    def standing(self, queues: Sequence[Standing], failed: int) -> None: ...

    def events(self, waiting: int, oldest: float) -> None: ...

    def published(self, count: int) -> None: ...


class Unobserved:
    def ended(self, name: str, outcome: Outcome, seconds: float) -> None: ...

    def standing(self, queues: Sequence[Standing], failed: int) -> None: ...

    def events(self, waiting: int, oldest: float) -> None: ...

    def published(self, count: int) -> None: ...
