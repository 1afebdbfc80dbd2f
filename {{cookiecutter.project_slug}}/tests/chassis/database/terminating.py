"""Ways to break a connection from the other end."""

import asyncio
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tests.support.eventually import eventually

WAIT_MS = 60_000


async def terminate(sql: Any, pid: int) -> None:
    """Break a connection, and see it gone: the signal alone would return at once."""
    await sql.execute("SELECT pg_terminate_backend($1, $2)", pid, WAIT_MS)
    await asyncio.sleep(0.05)  # until the event loop has noticed the end of the socket


async def terminate_own(sql: Any, session: AsyncSession) -> None:
    """Break the connection this session is using."""
    await terminate(sql, await session.scalar(text("SELECT pg_backend_pid()")))


async def terminate_sleeping(sql: Any) -> None:
    """Wait until a statement sleeps in this database, then break its connection."""
    asleep = """SELECT pid FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event = 'PgSleep'"""
    await terminate(sql, await eventually(lambda: sql.fetchval(asleep)))


async def until_gone(sql: Any, pid: int) -> None:
    """Wait until the server itself has ended a connection, and the event loop has noticed."""
    there = "SELECT count(*) FROM pg_stat_activity WHERE pid = $1"
    await eventually(lambda: sql.fetchval(there, pid), lambda count: count == 0)
    await asyncio.sleep(0.05)
