"""What a route asks for to stream: `async for event in stream(source): yield event`."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from fastapi.sse import ServerSentEvent
from starlette.types import Scope

from chassis.concurrency.cancellation import is_cancelled
from chassis.web.service import service_of
from chassis.web.serving.drain import CurrentDrain, Drain
from chassis.web.streams.interruption import Interruption
from chassis.web.streams.words import done, error_event, is_last

Item = TypeVar("Item")
BEFORE_THE_CUT = 0.9
"""The part of SERVER_GRACEFUL_TIMEOUT after which even a stream with an end is told to stop."""


class EventStream:
    """Passes on what a source yields, and ends with a word of its own, whatever happens.

    Only a client that has left, and a service that is stopped at once, hear none.
    """

    def __init__(self, scope: Scope, drain: Drain, graceful_timeout: float) -> None:
        self._scope, self._drain = scope, drain
        self._grace = graceful_timeout * BEFORE_THE_CUT

    async def __call__(
        self, source: AsyncIterator[Item], *, finishing: bool = False
    ) -> AsyncGenerator[Item | ServerSentEvent, None]:
        """With `finishing` it goes on while the service drains: it will soon end by itself."""
        interruption = Interruption(self._drain, self._grace if finishing else 0)
        last: object = None
        try:
            async with aclosing(interruption.heeding(source)) as items:
                async for last in items:
                    yield last
        except (Exception, asyncio.CancelledError) as error:
            if is_cancelled(error):
                raise
            yield await error_event(error, self._scope)
        else:
            if not is_last(last):
                yield done()
        finally:
            await _close(source)


async def _close(source: AsyncIterator[object]) -> None:
    """At once, and not when the collector finds it: it may hold a connection to someone else."""
    if (close := getattr(source, "aclose", None)) is not None:
        await close()


async def _stream(request: Request, drain: CurrentDrain) -> EventStream:
    server = service_of(request).state["settings"].server
    return EventStream(request.scope, drain, server.graceful_timeout)


Stream = Annotated[EventStream, Depends(_stream)]
"""For a route with `response_class=EventSourceResponse`: docs/streams.md."""
