"""Ways to break a connection from the other end."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from tests.support.eventually import eventually

WAIT_MS = 60_000


async def driver_of(connection: AsyncConnection) -> Any:
    """Asyncpg's own connection."""
    return (await connection.get_raw_connection()).driver_connection


async def terminate(sql: Any, connection: Any) -> None:
    """Break a connection of asyncpg, and wait until the event loop has noticed."""
    await _terminate(sql, connection.get_server_pid())
    await eventually(connection.is_closed)


async def terminate_own(sql: Any, session: AsyncSession) -> None:
    """Break the connection this session is using."""
    await terminate(sql, await driver_of(await session.connection()))


async def terminate_sleeping(sql: Any) -> None:
    """Wait until a statement sleeps in this database, then break its connection."""
    asleep = """SELECT pid FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event = 'PgSleep'"""
    await _terminate(sql, await eventually(lambda: sql.fetchval(asleep)))


async def until_closed(session: AsyncSession) -> None:
    """Wait until the server itself has ended this session's connection."""
    connection = await driver_of(await session.connection())
    await eventually(connection.is_closed)


async def _terminate(sql: Any, pid: int) -> None:
    """And wait until it is gone: the signal alone would return at once."""
    await sql.execute("SELECT pg_terminate_backend($1, $2)", pid, WAIT_MS)
