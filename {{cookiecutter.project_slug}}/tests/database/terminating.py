"""Ways to break a connection from the other end."""

import asyncio
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

WAIT_MS = 10_000


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
    async with asyncio.timeout(WAIT_MS / 1000):
        while (pid := await sql.fetchval(asleep)) is None:  # noqa: ASYNC110  the server cannot call
            await asyncio.sleep(0.01)
    await terminate(sql, pid)
