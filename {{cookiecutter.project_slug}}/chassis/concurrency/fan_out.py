"""The same work for many things, some at once: what fails is kept, and stops nothing else.

Where one failure shall end all, a plain `asyncio.TaskGroup` does that.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from chassis.concurrency.cancellation import is_cancelled

Item = TypeVar("Item")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Done(Generic[Item, Value]):
    item: Item
    value: Value


@dataclass(frozen=True, slots=True)
class Failed(Generic[Item]):
    item: Item
    error: Exception | asyncio.CancelledError
    """TimeoutError where it took too long; CancelledError where something within was cancelled."""


Items = Iterable[Item] | AsyncIterable[Item]
Work = Callable[[Item], Awaitable[Value]]
Outcome = Done[Item, Value] | Failed[Item]
Rate = AbstractAsyncContextManager[Any]
"""Such as `rate_of(100)`."""


async def gathered(
    items: Items[Item],
    work: Work[Item, Value],
    *,
    limit: int,
    each: float | None = None,
    rate: Rate | None = None,
) -> list[Outcome[Item, Value]]:
    """What became of each, in the order of the items. See `fan_out`."""
    found: dict[int, Outcome[Item, Value]] = {}
    await _Workers(items, work, found.__setitem__, each, rate).run(limit)
    return [found[number] for number in range(len(found))]


async def fan_out(
    items: Items[Item],
    work: Work[Item, Value],
    take: Callable[[Outcome[Item, Value]], object],
    *,
    limit: int,
    each: float | None = None,
    rate: Rate | None = None,
) -> None:
    """Give `take` each outcome as it comes: of any number of items only `limit` are held.

    An item may take `each` seconds, from when it is its turn. What the iterator or `take` raises
    ends all work and is raised.
    """
    await _Workers(items, work, lambda _, outcome: take(outcome), each, rate).run(limit)


class _Workers(Generic[Item, Value]):
    """Over one iterator: a task for each item would cost ten times the time, and hold them all."""

    def __init__(
        self,
        items: Items[Item],
        work: Work[Item, Value],
        take: Callable[[int, Outcome[Item, Value]], object],
        each: float | None,
        rate: Rate | None,
    ) -> None:
        self._items = _one_by_one(items)
        self._next = asyncio.Lock()  # an asynchronous generator serves one at a time
        self._taken = 0
        self._work, self._take = work, take
        self._each, self._rate = each, rate or nullcontext()

    async def run(self, limit: int) -> None:
        try:
            async with asyncio.TaskGroup() as workers:
                for _ in range(limit):
                    workers.create_task(self._run())
        except BaseExceptionGroup as group:
            if len(group.exceptions) > 1:
                raise
            raise group.exceptions[0] from None
        finally:
            await self._items.aclose()

    async def _run(self) -> None:
        while True:
            try:
                async with self._next:
                    item = await anext(self._items)
                    number, self._taken = self._taken, self._taken + 1
            except StopAsyncIteration:
                return
            async with self._rate:
                outcome = await self._outcome(item)
            self._take(number, outcome)
            await asyncio.sleep(0)  # work that never waits would keep everybody else waiting

    async def _outcome(self, item: Item) -> Outcome[Item, Value]:
        try:
            async with asyncio.timeout(self._each):
                return Done(item, await self._work(item))
        except Exception as error:  # noqa: BLE001  it is kept
            return Failed(item, error)
        except asyncio.CancelledError as error:
            if is_cancelled(error):
                raise
            return Failed(item, error)


async def _one_by_one(items: Items[Item]) -> AsyncGenerator[Item, None]:
    """What the items hold, such as a cursor, is let go of whatever ends this."""
    if not isinstance(items, AsyncIterable):
        for item in items:
            yield item
        return
    iterator = aiter(items)
    try:
        async for item in iterator:
            yield item
    finally:
        if isinstance(iterator, AsyncGenerator):
            await iterator.aclose()
