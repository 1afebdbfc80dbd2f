"""How late the event loop is: while a call blocks it, every request of the process waits.

A timer that sets itself anew costs half of what a task that sleeps does.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import structlog

PAUSE = 0.1
LONG = 0.1
"""Seconds that are told in the log."""


class Observer(Protocol):
    def late(self, seconds: float) -> None: ...


@contextmanager
def watching_loop(observer: Observer | None) -> Iterator[None]:
    """Of the event loop that runs here, as long as the block lasts."""
    watch = _Watch(observer)
    watch.begin()
    try:
        yield
    finally:
        watch.end()


class _Watch:
    def __init__(self, observer: Observer | None) -> None:
        self._observer = observer
        self._loop = asyncio.get_running_loop()

    def begin(self) -> None:
        self._timer = self._loop.call_later(PAUSE, self._look)
        self._due = self._loop.time() + PAUSE

    def _look(self) -> None:
        lag = max(self._loop.time() - self._due, 0.0)
        if self._observer is not None:
            self._observer.late(lag)
        if lag > LONG:
            structlog.get_logger().warning("event loop blocked", lag_ms=round(lag * 1000))
        self.begin()

    def end(self) -> None:
        self._timer.cancel()
