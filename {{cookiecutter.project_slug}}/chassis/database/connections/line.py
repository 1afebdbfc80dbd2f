"""A connection beside the pools, for questions that must not wait behind requests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from chassis.database.connections.engine import Connection, open_connection
from chassis.database.connections.failover import takes_reads_alone
from chassis.database.connections.password import Password
from chassis.settings.groups import DatabaseSettings

TIMEOUT = 1.0
FAILURES = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection lost in the very moment of asking
    OSError,
    ValueError,
)
"""Whatever keeps a server from answering: network, login, a password file that is gone."""


class Line:
    """One connection, kept open; after a failure the next question opens another."""

    def __init__(
        self, settings: DatabaseSettings, application_name: str, *, to_primary: bool = True
    ) -> None:
        """To the primary it is opened anew as long as what answers takes reads alone."""
        self._settings = settings
        self._to_primary = to_primary
        self._name = application_name
        self._password = Password(settings)
        self._connection: Connection | None = None
        self.server_version: str | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Connection]:
        """For a question, with its answer. Raises one of FAILURES, after a second at most."""
        try:
            async with asyncio.timeout(TIMEOUT):
                connection = await self._connected()
                yield connection
        except FAILURES:
            await self.close()
            raise
        if self._to_primary and takes_reads_alone(connection):
            await self.close()  # after a failover the address leads elsewhere, sooner or later

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await open_connection(self._hasty(), self._name, self._password)
            self.server_version = self._connection.get_settings().server_version.split()[0]
        return self._connection

    def _hasty(self) -> DatabaseSettings:
        """Of several servers, the last shall have its turn too."""
        if not self._settings.servers:
            return self._settings
        each = min(self._settings.connect_timeout, TIMEOUT / len(self._settings.servers))
        return self._settings.model_copy(update={"connect_timeout": each})

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()
