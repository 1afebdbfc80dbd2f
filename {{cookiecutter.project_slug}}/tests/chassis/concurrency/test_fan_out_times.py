"""The time that each piece of work may take, in an event loop where nobody waits."""

import asyncio

import pytest

from chassis.concurrency.fan_out import Done, Failed, gathered
from tests.chassis.concurrency.fast_loop import timed


async def double(item: int) -> int:
    return item * 2


def test_who_takes_too_long_fails_alone() -> None:
    async def hang_at_two(item: int) -> int:
        if item == 2:
            await asyncio.Event().wait()
        return item

    found, _ = timed(gathered([1, 2, 3], hang_at_two, limit=3, each=5))

    assert [type(each) for each in found] == [Done, Failed, Done]
    assert isinstance(found[1], Failed)
    assert isinstance(found[1].error, TimeoutError)


def test_the_time_for_each_counts_from_its_turn() -> None:
    """Else a long queue would fail for its length."""

    async def take_long(item: int) -> int:
        await asyncio.sleep(4)
        return item

    found, seconds = timed(gathered(range(5), take_long, limit=1, each=5))

    assert [type(each) for each in found] == [Done] * 5
    assert seconds == pytest.approx(20, abs=0.1)


def test_waiting_for_the_turn_of_the_rate_is_not_its_own_time() -> None:
    class Slow:
        async def __aenter__(self) -> None:
            await asyncio.sleep(10)

        async def __aexit__(self, *_: object) -> None:
            """Nothing to give back."""

    found, seconds = timed(gathered(range(3), double, limit=1, each=5, rate=Slow()))

    assert [type(each) for each in found] == [Done] * 3
    assert seconds == pytest.approx(30, abs=0.1)
