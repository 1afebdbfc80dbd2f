"""Work that goes on when who began it is cancelled."""

import asyncio
import gc
from collections.abc import Callable, Coroutine
from typing import Any
from weakref import ref

import pytest

from chassis.concurrency.detached import Flights, detached


async def test_it_goes_on_though_nobody_holds_it() -> None:
    """The event loop holds a task weakly, and what this one waits for is held by it alone."""
    ended, waiting = asyncio.Event(), []

    async def work() -> None:
        future = asyncio.get_running_loop().create_future()
        waiting.append(ref(future))
        await future
        ended.set()

    detached(work())
    await asyncio.sleep(0)
    gc.collect()
    future = waiting[0]()
    assert future is not None
    future.set_result(None)

    await ended.wait()


async def test_flights_forget_what_has_ended() -> None:
    flights = Flights[int]()

    def giving(value: int) -> Callable[[], Coroutine[Any, Any, int]]:
        async def give() -> int:
            return value

        return give

    assert await flights.join("a", giving(1)) == 1
    assert "a" not in flights
    assert await flights.join("a", giving(2)) == 2


async def test_at_the_end_of_flights_all_are_cancelled_and_over() -> None:
    flights, unwound = Flights[None](), []

    async def wait() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            unwound.append(True)

    waiting = asyncio.ensure_future(flights.join("a", wait))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await flights.end()

    assert unwound == [True]
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await flights.end()
