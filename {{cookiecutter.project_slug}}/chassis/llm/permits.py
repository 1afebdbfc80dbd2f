"""How many calls are made at once; who comes later waits a moment, not for ever."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chassis.llm.observer import Observer
from chassis.llm.problems import ModelBusy


class Permits:
    def __init__(self, most: int, wait: float, observer: Observer) -> None:
        self.most = most
        self._free = asyncio.Semaphore(most)
        self._wait, self._observer = wait, observer
        self.in_use = 0

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Raises ModelBusy."""
        try:
            async with asyncio.timeout(self._wait):
                await self._free.acquire()
        except TimeoutError:
            raise ModelBusy from None
        self.in_use += 1
        self._observer.begun()
        try:
            yield
        finally:
            self.in_use -= 1
            self._free.release()
            self._observer.released()
