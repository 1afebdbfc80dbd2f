"""Where requests are counted: in this process, or in a Redis that all processes share."""

import asyncio
from contextlib import suppress
from inspect import unwrap
from typing import TYPE_CHECKING

from limits.aio.storage import MemoryStorage

if TYPE_CHECKING:
    from app.web.rate_limits.shared import SharedStorage

SWEEP_EVERY = 10.0


class ProcessStorage(MemoryStorage):
    """Forgets what has expired now and then; the original looks for it at every request."""

    # A subclass wraps it once more in what turns its failures into others; memory has none.
    get = unwrap(MemoryStorage.get)

    def __init__(self) -> None:
        super().__init__()
        self._rest: asyncio.Task[None] | None = None

    async def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        swept = self.timer is not None and self.timer.done() and self.timer is not self._rest
        if self.timer is None or swept:
            self.timer = self._rest = asyncio.create_task(asyncio.sleep(SWEEP_EVERY))
        return await super().incr(key, expiry, amount)

    async def close(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            with suppress(asyncio.CancelledError):
                await self.timer


def storage_for(url: str | None, timeout: float) -> "ProcessStorage | SharedStorage":
    if url is None:
        return ProcessStorage()
    # The client takes a quarter of the time to start: only where there is a Redis.
    from app.web.rate_limits.shared import SharedStorage  # noqa: PLC0415

    return SharedStorage(url, timeout)
