"""What is done once a transaction has ended in COMMIT, or may have.

Not SQLAlchemy's `after_commit`: it also fires at the end of a savepoint, what it raises fails a
request that is stored already, and it does not fire for who is cancelled during COMMIT.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from chassis.concurrency.detached import detached

PATIENCE = 5.0
"""Seconds for all of them together: a client waits for its answer."""

Callback = Callable[[], Awaitable[object]]


async def call(callbacks: Sequence[Callback]) -> None:
    """To the end, whoever is cancelled meanwhile. What they raise is logged."""
    await asyncio.shield(detached(_call(callbacks)))


async def _call(callbacks: Sequence[Callback]) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            for callback in callbacks:
                await _call_one(callback)
    except TimeoutError:
        structlog.get_logger().error("work after a commit was given up", after_seconds=PATIENCE)


async def _call_one(callback: Callback) -> None:
    try:
        await callback()
    except Exception:  # noqa: BLE001  the transaction is stored, and the others are to be called
        structlog.get_logger().exception("work after a commit failed")
