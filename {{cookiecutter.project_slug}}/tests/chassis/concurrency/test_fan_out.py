"""The same work for many things: bounded, each with its own end, and nothing is lost."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from chassis.concurrency.fan_out import Done, Failed, Outcome, fan_out, gathered


class Work:
    """Counts how many are at it at once, and is let go by the test."""

    def __init__(self) -> None:
        self.at_once = self.most = 0
        self.begun: list[int] = []
        self.cancelled: list[int] = []
        self.let_go = asyncio.Event()

    async def __call__(self, item: int) -> int:
        self.begun.append(item)
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        try:
            await self.let_go.wait()
        except asyncio.CancelledError:
            self.cancelled.append(item)
            raise
        finally:
            self.at_once -= 1
        return item * 10


async def double(item: int) -> int:
    await asyncio.sleep(0)
    return item * 2


async def fail_of_two(item: int) -> int:
    if item == 2:
        raise KeyError(item)
    return item


async def test_what_became_of_each_comes_in_the_order_of_the_items() -> None:
    async def slowest_first(item: int) -> int:
        for _ in range(10 - item):
            await asyncio.sleep(0)
        return item

    found = await gathered(range(10), slowest_first, limit=3)

    assert found == [Done(number, number) for number in range(10)]


async def test_of_no_items_comes_nothing() -> None:
    assert await gathered([], double, limit=3) == []


async def test_items_may_come_from_an_asynchronous_iterator() -> None:
    async def numbers() -> AsyncIterator[int]:
        for number in range(5):
            await asyncio.sleep(0)
            yield number

    assert await gathered(numbers(), double, limit=3) == [Done(it, it * 2) for it in range(5)]


async def test_no_more_than_so_many_are_worked_on_at_once() -> None:
    work = Work()
    all_of_it = asyncio.ensure_future(gathered(range(20), work, limit=4))
    while len(work.begun) < 4:  # noqa: ASYNC110  workers that begin, and no event tells
        await asyncio.sleep(0)
    for _ in range(20):
        await asyncio.sleep(0)
    assert work.begun == [0, 1, 2, 3]

    work.let_go.set()
    assert len(await all_of_it) == 20
    assert work.most == 4


async def test_what_fails_is_kept_and_stops_nothing_else() -> None:
    found = await gathered([1, 2, 3], fail_of_two, limit=1)

    assert [type(each) for each in found] == [Done, Failed, Done]
    failed = found[1]
    assert isinstance(failed, Failed)
    assert (failed.item, repr(failed.error)) == (2, "KeyError(2)")


async def test_a_cancellation_of_something_within_is_a_failure_and_loses_no_item() -> None:
    """It would end a worker in silence: to a TaskGroup a cancelled child is one that is done."""

    async def wait_for_what_is_cancelled(item: int) -> int:
        future = asyncio.get_running_loop().create_future()
        future.cancel()
        return int(await future)

    found = await gathered(range(5), wait_for_what_is_cancelled, limit=2)

    assert [type(each) for each in found] == [Failed] * 5


async def test_cancellation_ends_all_workers() -> None:
    work = Work()
    all_of_it = asyncio.ensure_future(gathered(range(20), work, limit=4))
    while len(work.begun) < 4:  # noqa: ASYNC110  workers that begin, and no event tells
        await asyncio.sleep(0)
    before = len(asyncio.all_tasks())
    all_of_it.cancel()
    with pytest.raises(asyncio.CancelledError):
        await all_of_it

    assert sorted(work.cancelled) == [0, 1, 2, 3]
    assert len(work.begun) == 4
    assert len(asyncio.all_tasks()) == before - 5


class Endless:
    """An asynchronous iterator that is no generator, and has nothing to close."""

    def __aiter__(self) -> "Endless":
        return self

    async def __anext__(self) -> int:
        return 1


async def endless(ended: list[bool]) -> AsyncIterator[int]:
    try:
        while True:
            yield 1
    finally:
        ended.append(True)


@pytest.mark.parametrize("closes", [True, False])
async def test_cancellation_lets_go_of_what_the_items_come_from(closes: bool) -> None:
    ended: list[bool] = []
    work = Work()
    items = endless(ended) if closes else Endless()
    all_of_it = asyncio.ensure_future(gathered(items, work, limit=2))
    while len(work.begun) < 2:  # noqa: ASYNC110  workers that begin, and no event tells
        await asyncio.sleep(0)
    all_of_it.cancel()
    with pytest.raises(asyncio.CancelledError):
        await all_of_it

    assert ended == [True] * closes


async def test_what_the_iterator_raises_ends_all_and_is_raised_as_it_is() -> None:
    work, ended = Work(), []

    async def broken() -> AsyncIterator[int]:
        try:
            yield 1
            yield 2
            while len(work.begun) < 2:  # noqa: ASYNC110  workers that begin, and no event tells
                await asyncio.sleep(0)
            raise KeyError
        finally:
            ended.append(True)

    with pytest.raises(KeyError):
        await gathered(broken(), work, limit=3)

    assert sorted(work.cancelled) == [1, 2]
    assert ended == [True]


async def test_several_failures_of_taking_come_as_a_group() -> None:
    together = asyncio.Barrier(2)

    async def meet(item: int) -> int:
        await together.wait()
        return item

    def refuse(outcome: Outcome[int, int]) -> None:
        raise KeyError(outcome.item)

    with pytest.raises(ExceptionGroup) as raised:
        await fan_out(range(10), meet, refuse, limit=2)

    assert [type(each) for each in raised.value.exceptions] == [KeyError, KeyError]


class Tracked:
    """Knows how many there are at once."""

    alive = most = 0

    def __init__(self) -> None:
        Tracked.alive += 1
        Tracked.most = max(Tracked.most, Tracked.alive)

    def __del__(self) -> None:
        Tracked.alive -= 1


@pytest.mark.no_cover  # other tests cover it; measured, it would take thrice as long
async def test_of_a_hundred_thousand_items_as_many_are_held_as_are_worked_on() -> None:
    taken = 0

    async def work(_: Tracked) -> Tracked:
        await asyncio.sleep(0)
        return Tracked()

    def take(outcome: Outcome[Tracked, Tracked]) -> None:
        nonlocal taken
        assert isinstance(outcome, Done)
        taken += 1

    await fan_out((Tracked() for _ in range(100_000)), work, take, limit=16)

    assert taken == 100_000
    assert Tracked.most <= 4 * 16
