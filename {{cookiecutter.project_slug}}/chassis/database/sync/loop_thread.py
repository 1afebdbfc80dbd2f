"""An event loop in a thread of its own, for a process whose code has none."""

import asyncio
import os
from collections.abc import Coroutine
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from threading import Thread
from typing import Any, Generic, TypeVar

Held = TypeVar("Held")
Result = TypeVar("Result")


class CannotWaitError(RuntimeError):
    """Asked from where the answer would never come."""


class LoopThread(Generic[Held]):
    """Holds a resource open, from its first line to `close`, and runs what is done with it."""

    def __init__(self, resource: AbstractAsyncContextManager[Held]) -> None:
        """Raises what opening the resource raises."""
        self._process = os.getpid()
        self._stopping = asyncio.Event()
        started: Future[tuple[asyncio.AbstractEventLoop, Held]] = Future()
        # A daemon, so that a process that forgets to close it can end all the same.
        self._thread = Thread(
            target=lambda: asyncio.run(self._hold(resource, started)), name="database", daemon=True
        )
        self._thread.start()
        self._loop, self.held = started.result()

    async def _hold(
        self,
        resource: AbstractAsyncContextManager[Held],
        started: Future[tuple[asyncio.AbstractEventLoop, Held]],
    ) -> None:
        try:
            async with resource as held:
                started.set_result((asyncio.get_running_loop(), held))
                await self._stopping.wait()
        except Exception as error:
            if started.done():
                raise
            started.set_exception(error)

    def wait_for(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Raises CannotWaitError, instead of waiting for ever."""
        if refusal := self._refusal():
            work.close()
            raise CannotWaitError(refusal)
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:  # also when a signal ends the wait: the work must not go on alone
            future.cancel()
            raise

    def close(self) -> None:
        """Close the resource, and wait for that. In a forked child there is nothing to close."""
        if os.getpid() == self._process and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()

    def _refusal(self) -> str | None:
        if os.getpid() != self._process:
            return (
                f"opened in process {self._process} and used in its fork {os.getpid()}, which has"
                " no such thread: open it where a worker starts, such as gunicorn's"
                " post_worker_init"
            )
        if not self._thread.is_alive():
            return "it is closed"
        if _runs_a_loop():
            return "this code runs in an event loop, which would stand still: use Database here"
        return None


def _runs_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
