"""The one load of a value, which all who want it wait for."""

import asyncio
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import TypeVar

from chassis.caching.policy import Observer, Policy

Value = TypeVar("Value")

Load = Callable[[], Awaitable[Value | None]]


async def timed(load: Load[Value], policy: Policy, observer: Observer) -> Value | None:
    """Raises TimeoutError after `longest_load`, on which tombstones count."""
    started = perf_counter()
    async with asyncio.timeout(policy.longest_load):
        value = await load()
    observer.loaded(policy.name, perf_counter() - started)
    return value
