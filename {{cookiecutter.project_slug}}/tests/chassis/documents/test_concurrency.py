"""What docs/concurrency.md shows does what it says."""

import asyncio
import hashlib
from collections.abc import AsyncIterator

import pytest

from chassis.concurrency.threads import Threads
from tests.chassis.concurrency.fast_loop import timed
from tests.chassis.documents.pages import Page

concurrency = Page("concurrency.md").load()


async def price_of(sku: str) -> int:
    """None of `lost`, and not soon of `slow`."""
    await asyncio.sleep(3 if sku == "slow" else 0)
    if sku == "lost":
        raise KeyError(sku)
    return len(sku)


async def test_all_or_nothing() -> None:
    assert await concurrency.offer("lamp", price_of, price_of) == (4, 4)
    with pytest.raises(ExceptionGroup) as raised:
        await concurrency.offer("lost", price_of, price_of)
    assert {type(each) for each in raised.value.exceptions} == {KeyError}


def test_many_whatever_becomes_of_each() -> None:
    found, _ = timed(concurrency.prices(["lamp", "lost", "slow", "desk"], price_of))

    assert found == ({"lamp": 4, "desk": 4}, ["lost", "slow"])


def test_more_than_memory_holds() -> None:
    async def skus() -> AsyncIterator[str]:
        for sku in ["lamp", "lost", "slow", "desk"]:
            yield sku

    found, _ = timed(concurrency.refresh(skus(), price_of))

    assert found == {"Done": 2, "Failed": 2}


def test_no_more_often_than_so() -> None:
    count, seconds = timed(concurrency.polite(["lamp"] * 110, price_of))

    assert count == 110
    assert seconds == pytest.approx(1.0, abs=0.02)


async def test_calls_that_block() -> None:
    async with Threads(1) as threads:
        found = await concurrency.hashed(threads, b"password", b"salt")

    assert found == hashlib.scrypt(b"password", salt=b"salt", n=2**14, r=8, p=1)


async def test_cancellation() -> None:
    task = asyncio.create_task(asyncio.sleep(3600))
    await concurrency.release(task)

    assert task.cancelled()
