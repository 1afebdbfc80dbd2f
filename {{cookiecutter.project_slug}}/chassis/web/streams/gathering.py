"""Fewer, longer events: each costs the same however little it says."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

WINDOW = 0.03
"""Seconds: nobody reads faster, and it is one event where there were several."""


async def gathered(
    pieces: AsyncIterator[str], *, window: float = WINDOW
) -> AsyncGenerator[str, None]:
    """The first piece at once, then what has come since, at most once in `window` seconds.

    What a slow client has not taken yet is kept: the source has to have an end.
    """
    waiting: list[str] = []
    has_come = asyncio.Event()

    async def read() -> None:
        try:
            async for piece in pieces:
                waiting.append(piece)
                has_come.set()
        finally:
            has_come.set()

    reader = asyncio.create_task(read())  # noqa: HR013  it ends with the block
    try:
        while not reader.done() or waiting:
            await has_come.wait()
            has_come.clear()
            if waiting:
                yield _taken(waiting)
            await asyncio.wait([reader], timeout=window)
        await reader  # raises what the source raised
    finally:
        reader.cancel()
        await asyncio.wait([reader])


def _taken(waiting: list[str]) -> str:
    text = "".join(waiting)
    waiting.clear()
    return text
