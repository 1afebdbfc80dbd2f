"""Guards around connections: what would go wrong in silence becomes an error, or is mended."""

import re
import time
from typing import Any

import asyncpg
from sqlalchemy import Connection, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util import await_

READS = re.compile(
    r"""
    (?>[\s(] | --[^\n]*\n | /\*.*?\*/)*+  # blanks, parentheses and comments before it
    (SELECT | VALUES | TABLE | SHOW | (EXPLAIN | WITH)(?!.*\b(INSERT|UPDATE|DELETE|MERGE)\b))\b
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
LOCKS = re.compile(r"\bFOR (NO KEY |KEY )?(UPDATE|SHARE)\b", re.IGNORECASE)
RETURNED = "returned to the pool at"
PING_TIMEOUT = 2.0


class WriteRefusedError(RuntimeError):
    """A statement that writes or locks was sent through a session for reads."""


def guard_pool(engine: AsyncEngine, *, ping_after_idle: float | None) -> None:
    """A connection idle for longer (in seconds; 0 is always, None never) must answer a ping."""

    def replace_if_dead(connection: Any, entry: ConnectionPoolEntry, _fairy: Any) -> None:
        # asyncpg knows at once when the server has closed a socket; only a network that lost it
        # in silence takes a ping to find out.
        if connection.driver_connection.is_closed():
            raise DisconnectionError
        if ping_after_idle is not None and _idle_for(entry) >= ping_after_idle:
            _ping(connection.driver_connection)

    event.listen(engine.sync_engine, "checkout", replace_if_dead)
    event.listen(engine.sync_engine, "checkin", _tidy_up)


def refuse_writes(engine: AsyncEngine) -> None:
    event.listen(engine.sync_engine, "before_cursor_execute", _refuse_write)


def _idle_for(entry: ConnectionPoolEntry) -> float:
    now = time.monotonic()
    return now - float(entry.info.get(RETURNED, now))


def _ping(connection: Any) -> None:
    try:
        await_(connection.execute("SELECT 1", timeout=PING_TIMEOUT))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise DisconnectionError from error


def _tidy_up(connection: Any, entry: ConnectionPoolEntry) -> None:
    entry.info[RETURNED] = time.monotonic()
    # A session shared by two tasks does this; every later request on the connection would fail.
    driver = None if connection is None else connection.driver_connection
    if driver is not None and (driver.is_closed() or driver.is_in_transaction()):
        entry.invalidate()


def only_reads(statement: str) -> bool:
    return READS.match(statement) is not None and not LOCKS.search(statement)


def _refuse_write(_connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
    if not only_reads(statement):
        message = f"ReadSession is for reads; use Session for: {statement.split(maxsplit=1)[0]} ..."
        raise WriteRefusedError(message)
