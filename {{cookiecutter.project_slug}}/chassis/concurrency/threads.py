"""Calls that block, in threads of their own, so that the event loop goes on."""

import asyncio
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import Any, ParamSpec, Self, TypeVar

from anyio import CapacityLimiter, to_thread

from chassis.concurrency.detached import detached

Arguments = ParamSpec("Arguments")
Value = TypeVar("Value")


class Threads:
    """At most so many at once, whatever else uses threads: FastAPI has 40 for `def` routes.

    Nothing can stop a thread. Who is cancelled waits no longer, and the thread goes on; its place
    is free when it has ended, and the block ends when all have.
    """

    def __init__(self, limit: int) -> None:
        self._places = asyncio.Semaphore(limit)
        self._limiter = CapacityLimiter(limit)
        self._running: set[asyncio.Task[Any]] = set()

    async def run(
        self,
        function: Callable[Arguments, Value],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Value:
        await self._places.acquire()  # here, as who is cancelled before its turn shall not have one
        call = detached(self._call(partial(function, *args, **kwargs)), context=copy_context())
        self._running.add(call)
        call.add_done_callback(self._running.discard)
        return await asyncio.shield(call)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._running:  # else the process could end under them
            await asyncio.wait(self._running)

    async def _call(self, function: Callable[[], Value]) -> Value:
        try:
            return await to_thread.run_sync(function, limiter=self._limiter)
        finally:
            self._places.release()
