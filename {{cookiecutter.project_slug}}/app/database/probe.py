"""Whether the database answers, on a connection of its own: a busy pool is not a dead one."""

import asyncio
import time

import asyncpg

from app.database.engine import Connection, open_connection
from app.database.password import Password
from app.settings import Settings

TIMEOUT = 1.0
CACHE = 1.0


class Probe:
    """However many ask, the database is asked at most once a second and waited for at most once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._password = Password(settings.database)
        self._connection: Connection | None = None
        self._lock = asyncio.Lock()
        self._asked_at = float("-inf")
        self.available = False
        self.latency: float | None = None
        """Seconds of the last round trip that succeeded."""
        self.server_version: str | None = None

    async def check(self) -> bool:
        async with self._lock:
            if time.monotonic() - self._asked_at > CACHE:
                self.available = await self._ask()
                self._asked_at = time.monotonic()
            return self.available

    async def _ask(self) -> bool:
        try:
            async with asyncio.timeout(TIMEOUT):
                connection = await self._connected()
                started = time.perf_counter()
                await connection.execute("SELECT 1")
                self.latency = time.perf_counter() - started
        except (TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await self.close()
            return False
        return True

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await open_connection(
                self._settings.database, f"{self._settings.service.name} probe", self._password
            )
            self.server_version = self._connection.get_settings().server_version.split()[0]
        return self._connection

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()
