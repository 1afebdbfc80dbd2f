"""What may fail comes before the first byte: afterwards there is no status to say so."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import TypeVar

Item = TypeVar("Item")


@asynccontextmanager
async def begun(source: AsyncGenerator[Item, None]) -> AsyncIterator[AsyncIterator[Item]]:
    """For a dependency: waits for the first item, within the deadline of the request.

    What the source raises until then is answered with its status; an empty one is fine. It is
    closed at the end of the block, however the request ends.
    """
    async with aclosing(source):
        try:
            first = [await anext(source)]
        except StopAsyncIteration:
            first = []
        async with aclosing(_all_of_it(first, source)) as items:
            yield items


async def _all_of_it(first: list[Item], rest: AsyncIterator[Item]) -> AsyncGenerator[Item, None]:
    for item in first:
        yield item
    async for item in rest:
        yield item
