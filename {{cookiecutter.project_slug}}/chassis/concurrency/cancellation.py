"""Whose cancellation it is."""

import asyncio


def is_cancelled(error: BaseException) -> bool:
    """Whether someone asked this task to stop; else a CancelledError is a stray of inner work."""
    task = asyncio.current_task()
    return isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling() > 0
