"""Ends the waits of a stream once the service stops, so that it has time for its last word."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TypeVar

from chassis.problems import Stopping
from chassis.web.serving.drain import Drain

Item = TypeVar("Item")
RECONNECT = 1
"""Seconds until a client comes back; to another copy, as this one is not ready any more."""


class Interruption:
    """Takes items of a source until the service has been stopping for `grace` seconds."""

    def __init__(self, drain: Drain, grace: float) -> None:
        self._drain, self._grace = drain, grace
        self._end: float | None = None
        self._wait: asyncio.Timeout | None = None

    async def heeding(self, source: AsyncIterator[Item]) -> AsyncGenerator[Item, None]:
        """Raises Stopping. The source hears of it as of a cancellation, and may tidy up."""
        with self._drain.heeded(self._heed):
            while True:
                try:
                    item = await self._next(source)
                except StopAsyncIteration:
                    return
                yield item

    def _heed(self) -> None:
        self._end = asyncio.get_running_loop().time() + self._grace
        if self._wait is not None:
            self._wait.reschedule(self._end)

    async def _next(self, source: AsyncIterator[Item]) -> Item:
        # The limit is on the wait alone: around a `yield` it would cancel whoever takes the items,
        # https://peps.python.org/pep-0789/.
        if self._end is not None and asyncio.get_running_loop().time() >= self._end:
            raise Stopping(retry_after=RECONNECT)
        limit = self._wait = asyncio.timeout_at(self._end)
        try:
            async with limit:
                try:
                    return await anext(source)
                finally:
                    self._wait = None
        except TimeoutError as error:
            if limit.expired():
                raise Stopping(retry_after=RECONNECT) from error
            raise
