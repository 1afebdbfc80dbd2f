"""Whether a database answers, on a connection of its own: a busy pool is not a dead one."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from chassis.database.connections.engine import Connection
from chassis.database.connections.line import FAILURES, Line
from chassis.settings.groups import DatabaseSettings

Answer = TypeVar("Answer")

CACHE = 1.0


class Probe:
    """However many ask, the database is asked at most once a second and waited for at most once."""

    def __init__(self, settings: DatabaseSettings, service: str) -> None:
        self._line = Line(settings, f"{service} probe")
        self._lock = asyncio.Lock()
        self._asked_at = float("-inf")
        self.available = False
        self.latency: float | None = None
        """Seconds of the last round trip that succeeded."""

    @property
    def server_version(self) -> str | None:
        return self._line.server_version

    async def check(self) -> bool:
        async with self._lock:
            if time.monotonic() - self._asked_at > CACHE:
                self.available = await self._ask()
                self._asked_at = time.monotonic()
            return self.available

    async def ask(self, question: Callable[[Connection], Awaitable[Answer]]) -> Answer:
        """Something else, on the same connection. Raises one of FAILURES."""
        async with self._lock, self._line.open() as connection:
            return await question(connection)

    async def _ask(self) -> bool:
        try:
            async with self._line.open() as connection:
                started = time.perf_counter()
                await connection.execute("SELECT 1")
                self.latency = time.perf_counter() - started
        except FAILURES:
            return False
        return True

    async def close(self) -> None:
        await self._line.close()
