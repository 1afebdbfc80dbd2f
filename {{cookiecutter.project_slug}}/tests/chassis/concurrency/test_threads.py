"""Calls that block, in threads of their own."""

import asyncio
import threading
from collections.abc import Iterator
from contextvars import ContextVar

import pytest

from chassis.concurrency.threads import Threads
from tests.support.eventually import eventually


class Blocking:
    """A call that blocks its thread until the test lets it go."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.ended: list[int] = []
        self.let_go = threading.Event()

    def __call__(self, number: int) -> int:
        self.begun.append(number)
        self.let_go.wait()
        self.ended.append(number)
        return number


@pytest.fixture
def blocking() -> Iterator[Blocking]:
    found = Blocking()
    yield found
    found.let_go.set()  # else a test that fails would never end


async def test_the_event_loop_goes_on_meanwhile() -> None:
    async with Threads(2) as threads:
        assert await threads.run(divmod, 7, 2) == (3, 1)
        assert await threads.run(threading.get_ident) != threading.get_ident()
        assert await threads.run(sorted, [1, 2], reverse=True) == [2, 1]


async def test_what_a_call_raises_is_raised() -> None:
    async with Threads(1) as threads:
        with pytest.raises(ZeroDivisionError):
            await threads.run(divmod, 1, 0)
        assert await threads.run(divmod, 1, 1) == (1, 0)


async def test_it_knows_the_request_that_it_is_for() -> None:
    request = ContextVar("request", default="none")
    request.set("mine")
    async with Threads(1) as threads:
        assert await threads.run(request.get) == "mine"


async def test_no_more_threads_run_than_may_be(blocking: Blocking) -> None:
    async with Threads(2) as threads:
        calls = [asyncio.ensure_future(threads.run(blocking, number)) for number in range(4)]
        await eventually(lambda: len(blocking.begun) == 2)
        await asyncio.sleep(0)
        assert sorted(blocking.begun) == [0, 1]
        blocking.let_go.set()
        assert await asyncio.gather(*calls) == [0, 1, 2, 3]


async def test_who_is_cancelled_waits_no_longer_but_the_place_of_the_thread_is_taken(
    blocking: Blocking,
) -> None:
    async with Threads(1) as threads:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await threads.run(blocking, 1)
        next_one = asyncio.ensure_future(threads.run(blocking, 2))
        await eventually(lambda: blocking.begun)
        await asyncio.sleep(0)
        assert blocking.begun == [1]
        blocking.let_go.set()
        assert await next_one == 2


async def test_who_is_cancelled_before_its_turn_is_not_called(blocking: Blocking) -> None:
    async with Threads(1) as threads:
        first = asyncio.ensure_future(threads.run(blocking, 1))
        await eventually(lambda: blocking.begun)
        second = asyncio.ensure_future(threads.run(blocking, 2))
        await asyncio.sleep(0)
        second.cancel()
        blocking.let_go.set()
        await first
    assert blocking.begun == [1]


async def test_the_end_waits_for_the_threads(blocking: Blocking) -> None:
    async def use() -> None:
        async with Threads(1) as threads:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await threads.run(blocking, 1)

    using = asyncio.ensure_future(use())
    await eventually(lambda: blocking.begun)
    await asyncio.sleep(0.02)
    assert not using.done()
    blocking.let_go.set()
    await using

    assert blocking.ended == [1]
