"""What PgBouncer needs where it lends a server's connection for one transaction at a time.

Nothing may be left on a connection: no prepared statements, no settings of a session. It passes
on the application's name and the time zone, but refuses timeouts as parameters of a connection.
See docs/decisions/0011-timeouts-behind-pgbouncer.md.
"""

from typing import TYPE_CHECKING, Any

import asyncpg

from chassis.settings.groups import DatabaseSettings

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]
else:
    Connection = asyncpg.Connection  # generic in its type stubs alone

GRACE = 1.0
"""Seconds that PostgreSQL gets to end a statement by itself, before the driver cancels it."""


def pooled_connection(timeouts: dict[str, str]) -> type[Connection]:
    """A class of connections whose transactions begin with these timeouts, in milliseconds."""
    limits = "".join(f"; SET LOCAL {name} = {value}" for name, value in timeouts.items())

    class PooledConnection(Connection):
        async def execute(self, query: str, *args: Any, **options: Any) -> str:
            if query.startswith("BEGIN") and not args:  # so it costs no round trip of its own
                query = query.rstrip("; ") + limits
            return await super().execute(query, *args, **options)

    return PooledConnection


def patience(settings: DatabaseSettings) -> float | None:
    """Seconds the driver waits for an answer: a read has no BEGIN that could set a timeout."""
    return settings.statement_timeout + GRACE if settings.statement_timeout else None
