"""Places are handed on in the order of asking, and none is lost, whoever gives up when."""

import asyncio

import pytest

from chassis.outbound.gate import FullError, Gate

LONG = 60.0


async def test_who_waits_first_comes_in_first() -> None:
    gate, came = Gate(1, LONG), list[int]()

    async def come(number: int) -> None:
        if not gate.enter_at_once():
            await gate.wait(LONG)
        came.append(number)

    async with asyncio.TaskGroup() as tasks:
        for number in range(3):
            tasks.create_task(come(number))
        await asyncio.sleep(0)
        assert (gate.inside, gate.waiting, came) == (1, 2, [0])
        gate.leave()
        gate.leave()

    assert (came, gate.inside, gate.waiting) == ([0, 1, 2], 1, 0)


async def test_a_newcomer_does_not_pass_those_who_wait() -> None:
    gate = Gate(1, LONG)
    gate.enter_at_once()
    waiting = asyncio.ensure_future(gate.wait(LONG))
    await asyncio.sleep(0)

    gate.leave()

    assert not gate.enter_at_once()
    await waiting


async def test_who_waits_in_vain_leaves_nothing_behind() -> None:
    gate = Gate(1, 0)
    gate.enter_at_once()

    with pytest.raises(FullError):
        await gate.wait(LONG)

    gate.leave()
    assert (gate.inside, gate.waiting) == (0, 0)


@pytest.mark.parametrize("first", ["the turn", "the end"])
async def test_a_turn_that_comes_as_somebody_gives_up_goes_to_the_next(first: str) -> None:
    gate = Gate(1, LONG)
    gate.enter_at_once()
    leaving, next_one = (asyncio.ensure_future(gate.wait(LONG)) for _ in range(2))
    await asyncio.sleep(0)

    for step in (
        (gate.leave, leaving.cancel) if first == "the turn" else (leaving.cancel, gate.leave)
    ):
        step()

    with pytest.raises(asyncio.CancelledError):
        await leaving
    await next_one
    gate.leave()
    assert (gate.inside, gate.waiting) == (0, 0)
