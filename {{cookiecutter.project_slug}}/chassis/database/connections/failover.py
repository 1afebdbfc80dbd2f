"""When the primary moves: a connection to a server that takes reads alone is of no more use.

After a failover the address leads to the new primary. Connections to the former one may stay open
and look well: it answers pings, and refuses each write (25006). So the first refusal ends it, and
all that were opened before.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

import structlog
from asyncpg import PostgresError
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import PoolProxiedConnection

from chassis.database.connections.pgbouncer import Connection
from chassis.database.failures import sqlstate

if TYPE_CHECKING:
    from chassis.database.connections.pool import FairPool

READ_ONLY = "25006"
PAUSE = 1.0
"""Seconds: until the address leads elsewhere, other connections would be no better."""
REPORTED = ("in_hot_standby", "default_transaction_read_only")
"""What PostgreSQL tells of itself unasked, also when it changes: libpq decides by these too."""


class Failover:
    """Of one engine: whether an error says that its connections are to be replaced."""

    def __init__(self) -> None:
        self.expected = False
        """Of an engine that is for writes; a replica refuses them for ever."""
        self._left_at = float("-inf")

    def noticed(self, error: BaseException | None, connection: Any) -> bool:
        """Not where a transaction was made read-only on purpose, and at most once in PAUSE."""
        if not self.expected or sqlstate(error) != READ_ONLY or not takes_reads_alone(connection):
            return False
        if monotonic() - self._left_at < PAUSE:
            return False
        self._left_at = monotonic()
        structlog.get_logger().warning(
            "the server takes no writes, as after a failover: connections are replaced"
        )
        return True

    def heed(self, context: ExceptionContext) -> None:
        """Let SQLAlchemy do as with a connection that broke: it ends those before it too."""
        pooled = context.connection and context.connection.connection
        if pooled and self.noticed(context.original_exception, pooled.driver_connection):
            context.is_disconnect = True


def takes_reads_alone(connection: Connection) -> bool:
    """A server that says nothing of it, or a pooler before it, is not known to."""
    reported = connection.get_settings()
    return any(getattr(reported, name, "off") == "on" for name in REPORTED)


@asynccontextmanager
async def driver_of(connection: AsyncConnection, failover: Failover) -> AsyncIterator[Connection]:
    """Asyncpg's own connection, whose errors SQLAlchemy does not see."""
    pooled = await connection.get_raw_connection()
    driver = cast("Connection", pooled.driver_connection)
    try:
        yield driver
    except PostgresError as error:
        if failover.noticed(error, driver):
            leave_generation(connection.engine, pooled)
            await connection.invalidate(error)
        raise


def leave_generation(engine: AsyncEngine, pooled: PoolProxiedConnection) -> None:
    """Replace what was opened before now, each connection when it is next needed."""
    cast("FairPool", engine.pool).leave_generation(pooled)
