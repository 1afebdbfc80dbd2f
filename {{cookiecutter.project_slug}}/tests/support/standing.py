"""How a running service stands, as its health tells it."""

import asyncio
from collections.abc import Callable

import httpx

from tests.support.serving import PATIENCE


async def readiness(url: str, expected: int) -> bool:
    """Whether it comes to this: an answer is kept for a second."""
    return await comes_to(url, "/health/ready", lambda answer: answer.status_code == expected)


async def at_rest(url: str) -> bool:
    """Whether it comes to this: no connection is in use."""
    return await comes_to(url, "/health", lambda answer: pool(answer)["pool_checked_out"] == 0)


def pool(health: httpx.Response) -> dict[str, int]:
    figures: dict[str, int] = health.json()["dependencies"]["database"]
    return figures


async def comes_to(url: str, path: str, what: Callable[[httpx.Response], bool]) -> bool:
    async with (
        asyncio.timeout(PATIENCE),
        httpx.AsyncClient(base_url=url, timeout=PATIENCE) as client,
    ):
        while not what(await client.get(path)):  # noqa: ASYNC110  the service cannot call
            await asyncio.sleep(0.1)
    return True
