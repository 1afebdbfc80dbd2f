"""Work that belongs to nobody: it goes on when whoever began it is cancelled."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from contextvars import Context
from functools import partial
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")

_running: set[asyncio.Task[Any]] = set()
"""The event loop holds tasks weakly: https://docs.python.org/3/library/asyncio-task.html."""


def detached(
    work: Coroutine[Any, Any, Value], *, context: Context | None = None
) -> asyncio.Task[Value]:
    """Wait for it with `asyncio.shield`, so that it is not cancelled with who waits.

    In a context of its own, it knows nothing of the request: its log lines, spans and counts.
    Bound its time: nobody else does.
    """
    task = asyncio.create_task(work, context=context)  # noqa: HR013  this is what it says to write
    _running.add(task)
    task.add_done_callback(_running.discard)
    return task


class Flights(Generic[Value]):
    """One piece of work for each key at a time: who asks meanwhile gets what it gives, or raises.

    All get the same object, an exception too.
    """

    def __init__(self) -> None:
        self._tasks: dict[Hashable, asyncio.Task[Value]] = {}

    def __contains__(self, key: Hashable) -> bool:
        return key in self._tasks

    async def join(self, key: Hashable, begin: Callable[[], Coroutine[Any, Any, Value]]) -> Value:
        if (task := self._tasks.get(key)) is None:
            task = self._tasks[key] = detached(begin(), context=Context())
            task.add_done_callback(partial(self._ended, key))
        return await asyncio.shield(task)

    def leave(self, key: Hashable) -> None:
        """Who asks from now on begins anew; who is waiting gets what comes."""
        self._tasks.pop(key, None)

    def is_own(self, key: Hashable) -> bool:
        """Asked by the work itself: whether it is still what others would wait for."""
        return self._tasks.get(key) is asyncio.current_task()

    async def end(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _ended(self, key: Hashable, task: asyncio.Task[Value]) -> None:
        if self._tasks.get(key) is task:
            del self._tasks[key]
