"""The pool of a process: made when it starts, closed when it stops, and never for a request."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import oracledb
import select_ai
import structlog
from select_ai.db import AsyncConnectionManager

from chassis.concurrency.detached import detached
from chassis.select_ai.settings import SelectAISettings

CLOSING = 5.0
"""Seconds for the pool to close in order, and again by force: it waits for what does not come."""


@asynccontextmanager
async def opened(settings: SelectAISettings) -> AsyncIterator[None]:
    """Opens no session yet: a database that is away keeps no service from starting."""

    async def limit(connection: oracledb.AsyncConnection) -> None:
        connection.call_timeout = round(settings.call_timeout * 1000)  # there is none by default

    select_ai.create_pool_async(
        user=settings.user,
        password=settings.password.get_secret_value(),
        dsn=settings.dsn,
        min_size=settings.pool_min,
        max_size=settings.pool_max,
        increment=1,
        getmode=oracledb.POOL_GETMODE_TIMEDWAIT,  # without it, the next is ignored
        wait_timeout=round(settings.pool_wait * 1000),
        tcp_connect_timeout=settings.pool_wait,
        on_connect_callback=limit,
        **settings.connecting,
    )
    try:
        yield
    finally:
        await close()


async def close() -> None:
    """In order, by force, or not at all: the end of the service does not wait for a database."""
    for force in (False, True):
        # A task of its own: the driver, cancelled while it connects, cancels whoever waits for it.
        closing = detached(AsyncConnectionManager().disconnect(force=force))
        await asyncio.wait([closing], timeout=CLOSING)
        if closing.done() and not closing.cancelled() and closing.exception() is None:
            return
        closing.cancel()
        structlog.get_logger().warning("the sessions do not close", force=force)
