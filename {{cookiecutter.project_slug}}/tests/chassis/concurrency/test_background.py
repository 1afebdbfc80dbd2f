"""Work beside the requests ends with its block, and takes nobody's cancellation for its own."""

import asyncio

import pytest

from chassis.concurrency.background import in_background


async def test_it_runs_inside_the_block_and_is_cancelled_at_its_end() -> None:
    seen = []

    async def work() -> None:
        seen.append("begun")
        try:
            await asyncio.Event().wait()
        finally:
            seen.append("ended")

    async with in_background(work()):
        await asyncio.sleep(0)
        assert seen == ["begun"]
    assert seen == ["begun", "ended"]


async def test_work_that_has_ended_is_no_fault() -> None:
    async def work() -> None:
        """Nothing is left to do."""

    async with in_background(work()):
        await asyncio.sleep(0)


async def test_what_it_has_failed_of_is_raised_at_the_end() -> None:
    async def fail() -> None:
        raise KeyError

    with pytest.raises(KeyError):
        async with in_background(fail()):
            await asyncio.sleep(0)


async def test_who_is_cancelled_at_the_end_of_the_block_is_cancelled() -> None:
    """Waiting for the cancelled work took the cancellation for its own, and went on."""
    at_the_end, let_go, went_on = asyncio.Event(), asyncio.Event(), []

    async def unwind_slowly() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            at_the_end.set()
            await let_go.wait()

    async def use() -> None:
        async with in_background(unwind_slowly()):
            await asyncio.sleep(0)
        went_on.append(True)

    user = asyncio.ensure_future(use())
    await at_the_end.wait()
    user.cancel()
    with pytest.raises(asyncio.CancelledError):
        await user
    let_go.set()

    assert went_on == []
