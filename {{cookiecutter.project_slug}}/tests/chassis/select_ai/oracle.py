"""Stands where oracledb makes its pool, and raises oracledb's own errors.

What SQL does in an Oracle database is not shown by it.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import oracledb
from oracledb import errors

EXHAUSTED = errors.ERR_POOL_NO_CONNECTION_AVAILABLE
CALL_TIMEOUT = errors.ERR_CALL_TIMEOUT_EXCEEDED
LOST = errors.ERR_CONNECTION_CLOSED
UNREACHABLE = errors.ERR_CONNECTION_FAILED
STILL_BUSY = errors.ERR_POOL_HAS_BUSY_CONNECTIONS


def driver_error(number: int) -> Exception:
    found: Exception = errors._create_exception(number, timeout=20_000, connection_id="none")
    return found


def database_error(code: int, text: str) -> Exception:
    """As the database raises it: `ORA-20404`."""
    error = errors._Error(f"ORA-{code:05}: {text}", code=code)
    made: Exception = error.exc_type(error)
    return made


class Answer:
    """A CLOB."""

    def __init__(self, text: str) -> None:
        self.text = text

    async def read(self) -> str:
        return self.text


class Cursor:
    def __init__(self, pool: "Pool") -> None:
        self.pool = pool

    async def execute(self, _: str, **names: Any) -> None:
        self.pool.queries.append(names["profile_name"])

    async def fetchone(self) -> tuple[Any, ...] | None:
        name = self.pool.queries[-1]
        return None if name in self.pool.without else (name, None, "ADMIN")

    async def fetchall(self) -> list[tuple[str, str]]:
        return [("temperature", "0")]

    async def callfunc(self, _: str, __: Any, keyword_parameters: dict[str, Any]) -> Answer | None:
        self.pool.asked.append(keyword_parameters)
        found = self.pool.answer()
        if isinstance(found, asyncio.Event):
            await found.wait()
            return Answer("late")
        return None if found is None else Answer(found)

    def close(self) -> None: ...


class Connection:
    call_timeout = 0

    def __init__(self, pool: "Pool") -> None:
        self.pool = pool

    def cursor(self) -> Cursor:
        return Cursor(self.pool)


class Pool:
    """As much of `oracledb.AsyncConnectionPool` as select_ai uses."""

    def __init__(self, **options: Any) -> None:
        self.options = options
        self.max: int = options["max"]
        self.busy = 0
        self.queries: list[str] = []
        self.asked: list[dict[str, Any]] = []
        self.without: set[str] = set()
        self.answer: Callable[[], Any] = lambda: "forty-two"
        self.refusal: Exception | None = None
        self.closed: list[bool] = []
        self.closing: dict[bool, Exception | asyncio.Event | None] = {}
        self.limits: list[int] = []

    async def acquire(self) -> Connection:
        if self.refusal is not None:
            raise self.refusal
        if self.busy == self.max:
            raise driver_error(EXHAUSTED)
        self.busy += 1
        connection = Connection(self)
        await self.options["on_connect_callback"](connection)
        self.limits.append(connection.call_timeout)
        return connection

    async def release(self, _: Connection) -> None:
        self.busy -= 1

    async def close(self, *, force: bool) -> None:
        found = self.closing.get(force)
        if isinstance(found, asyncio.Event):
            await found.wait()
        if isinstance(found, Exception):
            raise found
        self.closed.append(force)


GETMODE = oracledb.POOL_GETMODE_TIMEDWAIT
