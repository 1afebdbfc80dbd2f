"""Whether the Redis that a setting names answers: it is asked when somebody looks, on its own."""

import asyncio
from time import perf_counter
from typing import Any

from pydantic import SecretStr

PATIENCE = 0.5
"""Seconds to connect and to be answered."""


async def redis_latency(url: SecretStr) -> float | None:
    """Seconds of a round trip; None when it does not answer."""
    # The client takes a quarter of the time to start: only where there is a Redis.
    from redis.asyncio import Redis  # noqa: PLC0415
    from redis.exceptions import RedisError  # noqa: PLC0415

    redis: Any = Redis.from_url(url.get_secret_value())  # whose types are of two minds on `await`
    try:
        async with asyncio.timeout(PATIENCE), redis:
            await redis.ping()  # which connects
            asked = perf_counter()
            await redis.ping()
            return perf_counter() - asked
    except (RedisError, OSError):
        return None
