"""The one warning at start, when the service may open more connections than the server grants."""

import asyncio
from contextlib import suppress
from threading import Thread

import structlog
from asyncpg import TooManyConnectionsError

from chassis.database.connections.line import FAILURES
from chassis.doctor.capacity import none_left, too_little
from chassis.doctor.facts import capacity, connected
from chassis.settings import Settings

AFTER = 2.0
PATIENCE = 10.0


def warn_in_background(settings: Settings) -> Thread:
    """Beside the server, in the process that starts the workers: so it is told once.

    A daemon: it neither delays the start nor the end.
    """
    thread = Thread(target=lambda: asyncio.run(_warn_later(settings)), daemon=True)
    thread.start()
    return thread


async def _warn_later(settings: Settings) -> None:
    await asyncio.sleep(AFTER)
    with suppress(*FAILURES):
        await warn(settings)


async def warn(settings: Settings) -> None:
    """Raises what the database raises."""
    if message := await _too_little(settings):
        structlog.get_logger().warning("too many connections", reason=message)


async def _too_little(settings: Settings) -> str:
    try:
        async with asyncio.timeout(PATIENCE), connected(settings) as connection:
            return too_little(settings, await capacity(connection, settings))
    except TooManyConnectionsError:  # the pools may have them all by now
        return none_left(settings)
