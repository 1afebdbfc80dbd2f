"""Whose cancellation it is."""

import asyncio
from typing import Any


def is_cancelled(error: BaseException) -> bool:
    """Whether someone asked this task to stop; else a CancelledError is a stray of inner work."""
    task = asyncio.current_task()
    return isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling() > 0


def is_draining(app: Any) -> bool:
    """Of an application without a drain, such as one that is mounted, no."""
    drain = getattr(getattr(app, "state", None), "drain", None)
    return drain is not None and drain.is_set()
