"""Work beside the requests, as long as the service runs."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def in_background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Cancelled at the end of the block, which raises what the work has failed of by then."""
    task = asyncio.create_task(work)  # noqa: HR013  it ends with the block
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])  # and not the task: whose cancellation it is would be unknown
        if not task.cancelled():
            task.result()
