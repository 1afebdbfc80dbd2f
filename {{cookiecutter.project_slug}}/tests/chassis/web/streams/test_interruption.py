"""Streams end when the service stops: at once, or as late as they may."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from chassis.problems import Stopping
from chassis.web.serving.drain import Drain
from chassis.web.streams.interruption import Interruption


class Source:
    def __init__(self) -> None:
        self.is_asked = asyncio.Event()
        self.ended_by: BaseException | None = None

    async def one_and_silence(self) -> AsyncIterator[int]:
        yield 1
        try:
            self.is_asked.set()
            await asyncio.Event().wait()
        except BaseException as error:
            self.ended_by = error
            raise


async def immediate() -> AsyncIterator[int]:
    while True:
        yield 1


async def test_a_wait_ends_when_the_drain_begins() -> None:
    drain, source = Drain(), Source()
    items = Interruption(drain, 0).heeding(source.one_and_silence())
    assert await anext(items) == 1
    waiting = asyncio.ensure_future(anext(items))
    await source.is_asked.wait()

    drain.begin()

    with pytest.raises(Stopping) as stopped:
        await waiting
    assert stopped.value.retry_after == 1
    assert isinstance(source.ended_by, asyncio.CancelledError)


async def test_what_never_waits_ends_as_well() -> None:
    drain = Drain()
    items = Interruption(drain, 0).heeding(immediate())
    assert await anext(items) == 1

    drain.begin()

    with pytest.raises(Stopping):
        await anext(items)


async def test_one_that_begins_while_the_service_drains_ends_at_once() -> None:
    drain = Drain()
    drain.begin()

    with pytest.raises(Stopping):
        await anext(Interruption(drain, 0).heeding(immediate()))


async def test_what_has_an_end_goes_on_while_it_has_time() -> None:
    async def three() -> AsyncIterator[int]:
        for number in range(3):
            await asyncio.sleep(0)
            yield number

    drain = Drain()
    items = Interruption(drain, 600).heeding(three())
    assert await anext(items) == 0

    drain.begin()

    assert [item async for item in items] == [1, 2]


async def test_and_is_told_to_stop_when_it_takes_too_long() -> None:
    drain, source = Drain(), Source()
    items: Any = Interruption(drain, 0.01).heeding(source.one_and_silence())
    assert await anext(items) == 1
    drain.begin()

    with pytest.raises(Stopping):
        await anext(items)


async def test_a_time_limit_of_the_source_is_its_own() -> None:
    async def impatient() -> AsyncIterator[int]:
        async with asyncio.timeout(0):
            await asyncio.Event().wait()
        yield 1

    with pytest.raises(TimeoutError):
        await anext(Interruption(Drain(), 0).heeding(impatient()))


async def test_nothing_is_left_in_the_drain() -> None:
    drain = Drain()
    items = Interruption(drain, 0).heeding(immediate())
    await anext(items)
    await items.aclose()

    assert not drain._heeding
