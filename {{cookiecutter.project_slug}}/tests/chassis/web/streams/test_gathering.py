"""Small pieces become fewer events, and none is lost."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from chassis.web.streams.gathering import gathered


async def test_the_first_piece_comes_at_once_and_later_ones_together() -> None:
    more = asyncio.Event()

    async def pieces() -> AsyncIterator[str]:
        yield "a"
        await more.wait()
        for piece in "bcd":
            yield piece

    texts = gathered(pieces(), window=0.01)
    assert await anext(texts) == "a"
    more.set()

    assert [text async for text in texts] == ["bcd"]


async def test_nothing_is_nothing() -> None:
    async def pieces() -> AsyncIterator[str]:
        for piece in "":
            yield piece

    assert [text async for text in gathered(pieces())] == []


async def test_what_came_before_an_error_is_told_before_it() -> None:
    async def pieces() -> AsyncIterator[str]:
        yield "a"
        raise ConnectionError

    texts = gathered(pieces())
    assert await anext(texts) == "a"
    with pytest.raises(ConnectionError):
        await anext(texts)


async def test_the_source_ends_with_who_takes_it() -> None:
    ends = []

    async def pieces() -> AsyncIterator[str]:
        try:
            yield "a"
            await asyncio.Event().wait()
        finally:
            ends.append("closed")

    texts = gathered(pieces(), window=0.01)
    await anext(texts)
    await texts.aclose()

    assert ends == ["closed"]
