"""Deadlines that share one timer pass each in its own time, like those of `asyncio.timeout`."""

import asyncio

import pytest

from chassis.web.middleware.deadline_timer import Deadlines

SHORT, LONG = 0.05, 5.0


async def take(deadlines: Deadlines, seconds: float) -> str:
    try:
        with deadlines.start():
            await asyncio.sleep(seconds)
    except TimeoutError:
        return "too late"
    return "in time"


async def test_each_of_many_passes_and_those_who_are_done_hold_up_nobody() -> None:
    deadlines = Deadlines(SHORT)
    tasks = []
    for number in range(10):
        tasks.append(asyncio.create_task(take(deadlines, LONG if number % 2 else 0)))
        await asyncio.sleep(SHORT / 5)

    assert await asyncio.gather(*tasks) == ["in time", "too late"] * 5


async def test_after_a_pause_they_pass_again() -> None:
    deadlines = Deadlines(SHORT)
    assert await take(deadlines, 0) == "in time"
    await asyncio.sleep(2 * SHORT)

    assert await take(deadlines, LONG) == "too late"


async def test_a_lifted_one_does_not_pass() -> None:
    with Deadlines(SHORT).start() as deadline:
        deadline.lift()
        await asyncio.sleep(2 * SHORT)

    assert not deadline.has_passed


async def test_zero_is_none() -> None:
    assert await take(Deadlines(0), 2 * SHORT) == "in time"


async def test_the_cancellation_of_someone_else_goes_on() -> None:
    async def both_at_once() -> None:
        with Deadlines(LONG).start() as deadline:
            deadline.pass_by()
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
            await asyncio.sleep(LONG)

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(both_at_once())


async def test_who_swallows_it_can_be_cancelled_again() -> None:
    async def swallow() -> int:
        task = asyncio.current_task()
        assert task is not None
        with Deadlines(SHORT).start():
            try:
                await asyncio.sleep(LONG)
            except asyncio.CancelledError:
                assert task.cancelling() == 1
        return task.cancelling()

    assert await asyncio.create_task(swallow()) == 0


def test_each_event_loop_has_a_timer() -> None:
    deadlines = Deadlines(SHORT)

    assert asyncio.run(take(deadlines, 0)) == "in time"
    assert asyncio.run(take(deadlines, LONG)) == "too late"
