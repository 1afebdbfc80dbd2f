"""The end of the service: it says so before it stops, and lets what it has begun come to an end."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import structlog
from fastapi import Depends
from starlette.requests import HTTPConnection

UNWINDING = 5.0


class Drain:
    """Whether the service is about to stop, and the requests that it has in progress."""

    def __init__(self) -> None:
        self._begun = asyncio.Event()
        self._in_progress: set[asyncio.Task[object]] = set()
        self._heeding: set[Callable[[], None]] = set()

    def is_set(self) -> bool:
        """Whether the service is about to stop; a stream that sees it ends."""
        return self._begun.is_set()

    async def wait(self) -> None:
        """Until the service is about to stop."""
        await self._begun.wait()

    def begin(self) -> None:
        self._begun.set()
        for heed in list(self._heeding):
            heed()

    @contextmanager
    def heeded(self, heed: Callable[[], None]) -> Iterator[None]:
        """Calls it when the service is about to stop, at once if it already is."""
        self._heeding.add(heed)
        try:
            if self.is_set():
                heed()
            yield
        finally:
            self._heeding.discard(heed)

    def begun(self, request: asyncio.Task[object]) -> None:
        """The service waits for it, until `ended`."""
        self._in_progress.add(request)

    def ended(self, request: asyncio.Task[object]) -> None:
        self._in_progress.discard(request)

    def cut_off(self) -> None:
        """Let no request go on; each is answered, or its stream broken off."""
        self.begin()
        for task in self._in_progress:
            task.cancel()

    async def finish(self, within: float = UNWINDING) -> None:
        """Wait until no request uses what the service is about to close.

        The server cancels what takes too long, but does not wait for it to unwind.
        """
        if self._in_progress:
            await asyncio.wait(self._in_progress, timeout=within)
        if self._in_progress:
            left = len(self._in_progress)
            structlog.get_logger().warning("closing under requests that do not end", requests=left)


async def _drain(connection: HTTPConnection) -> Drain:
    # Within what is mounted, "app" is that; the one that stops is the service.
    service = connection.scope.get("service") or connection.app
    drain: Drain = service.state["drain"]
    return drain


CurrentDrain = Annotated[Drain, Depends(_drain)]
"""For streams, which would keep the service from stopping: `while not drain.is_set()`."""
