"""The one warning at start, when the service may open more connections than the server grants."""

import asyncio
from contextlib import suppress
from threading import Thread

import structlog

from chassis.database.connections.line import FAILURES
from chassis.doctor.capacity import too_little
from chassis.doctor.facts import capacity, connected
from chassis.settings import Settings

AFTER = 2.0
ATTEMPTS = 5
"""Each after twice the wait of the one before."""
PATIENCE = 10.0


def warn_in_background(settings: Settings) -> Thread:
    """Beside the server, in the process that starts the workers: so it is told once.

    A daemon: it neither delays the start nor the end.
    """
    thread = Thread(target=lambda: asyncio.run(_warn_later(settings)), daemon=True)
    thread.start()
    return thread


async def _warn_later(settings: Settings) -> None:
    """Again when it fails: where the server grants too few, the pools may have them all by now."""
    for attempt in range(ATTEMPTS):
        await asyncio.sleep(AFTER * 2**attempt)
        with suppress(*FAILURES):
            await warn(settings)
            return


async def warn(settings: Settings) -> None:
    """Raises what the database raises."""
    async with asyncio.timeout(PATIENCE), connected(settings) as connection:
        found = await capacity(connection, settings)
    if message := too_little(settings, found):
        structlog.get_logger().warning("too many connections", reason=message)
