"""What the doctor asks the server; nothing is judged here."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from chassis.database.connections.engine import Connection, open_connection
from chassis.database.connections.password import Password
from chassis.database.migrations.history import applied
from chassis.doctor.budget import Capacity
from chassis.settings import Settings

PATIENCE = 30.0
ROUND_TRIPS = 9

# Who may not see the connections of other roles gets NULL for their type and name.
CAPACITY = """
SELECT current_setting('max_connections')::int AS max_connections,
    current_setting('superuser_reserved_connections')::int
        + coalesce(current_setting('reserved_connections', true)::int, 0) AS reserved,
    CASE WHEN NOT rolsuper AND rolconnlimit >= 0 THEN rolconnlimit END AS role_limit,
    CASE WHEN NOT rolsuper AND datconnlimit >= 0 THEN datconnlimit END AS database_limit,
    (SELECT count(*) FROM pg_stat_activity
        WHERE datid IS NOT NULL AND usesysid IS NOT NULL AND pid <> pg_backend_pid()
        AND coalesce(backend_type, 'client backend') = 'client backend'
        AND coalesce(application_name, '') <> ALL($1::text[])) AS others
FROM pg_roles, pg_database
WHERE rolname = session_user AND datname = current_database()
"""
SERVER = """
SELECT current_setting('server_version') AS version,
    current_setting('server_version_num')::int / 10000 AS major,
    pg_encoding_to_char(encoding) AS encoding,
    current_setting('TimeZone') AS timezone,
    pg_is_in_recovery() AS in_recovery
FROM pg_database WHERE datname = current_database()
"""


@dataclass(frozen=True)
class Server:
    version: str
    major: int
    encoding: str
    timezone: str
    """Of a session of the service's."""
    in_recovery: bool


@dataclass(frozen=True)
class Facts:
    server: Server
    capacity: Capacity
    latency: float
    """Seconds of a round trip, the median of some."""
    clock_lead: float
    """Seconds by which the server's clock is ahead of ours."""
    revisions: frozenset[str] | None
    """Migrations that the database says it has; None when we may not read that."""


async def gather(settings: Settings) -> Facts:
    """Raises one of FAILURES."""
    async with asyncio.timeout(PATIENCE), connected(settings) as connection:
        server = await connection.fetchrow(SERVER)
        return Facts(
            server=Server(**dict(server or {})),
            capacity=await capacity(connection, settings),
            latency=await _latency(connection),
            clock_lead=await _clock_lead(connection),
            revisions=await applied(connection),
        )


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[Connection]:
    """A connection under a name of its own: those that begin like the service's are counted."""
    connection = await open_connection(
        settings.database, f"doctor of {settings.service.name}", Password(settings.database)
    )
    try:
        yield connection
    finally:
        connection.terminate()


async def capacity(connection: Connection, settings: Settings) -> Capacity:
    name = settings.service.name
    kinds = ("", " probe", " worker", " worker control")
    ours = [f"{name}{kind}"[:63] for kind in kinds]
    return Capacity(**dict(await connection.fetchrow(CAPACITY, ours) or {}))


async def _latency(connection: Connection) -> float:
    return statistics.median([await _round_trip(connection) for _ in range(ROUND_TRIPS)])


async def _round_trip(connection: Connection) -> float:
    started = time.perf_counter()
    await connection.execute("SELECT 1")
    return time.perf_counter() - started


async def _clock_lead(connection: Connection) -> float:
    """The server was asked somewhere between the two times we look at ours: say in the middle."""
    before = time.time()
    there = await connection.fetchval("SELECT extract(epoch FROM clock_timestamp())::float8")
    return float(there) - (before + time.time()) / 2
