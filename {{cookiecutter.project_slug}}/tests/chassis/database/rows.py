"""Many rows of things, and rows in chunks."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any


def named(count: int) -> list[dict[str, Any]]:
    return [{"name": f"{number * 7919 % count}"} for number in range(count)]


async def chunks(rows: list[dict[str, Any]], size: int = 7_000) -> AsyncIterator[Any]:
    for start in range(0, len(rows), size):
        await asyncio.sleep(0)
        yield rows[start : start + size]
