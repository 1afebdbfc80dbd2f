"""Each Redis that a setting names, and whether it answers: health and the doctor ask."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from chassis.settings import Settings

if TYPE_CHECKING:
    from chassis.caching.redis_probe import RedisProbe

VARIABLES = {"redis": "REDIS_URL", "cache": "CACHE_REDIS_URL"}
"""By the name that health and doctor have for it."""


def redis_servers(settings: Settings) -> dict[str, str]:
    """The address of each, by its name; one that is named twice is one."""
    given = {"redis": settings.redis.url, "cache": settings.cache.redis_url}
    found = {name: url.get_secret_value() for name, url in given.items() if url is not None}
    if found.get("cache") == found.get("redis"):
        found.pop("cache", None)
    return found


@asynccontextmanager
async def redis_probes(settings: Settings) -> AsyncIterator[Mapping[str, "RedisProbe"]]:
    """They connect when they are asked. Without a setting nothing is imported."""
    servers = redis_servers(settings).items()
    probes = {name: _probe(url, settings.cache.timeout) for name, url in servers}
    async with AsyncExitStack() as stack:
        for probe in probes.values():
            stack.push_async_callback(probe.close)
        yield probes


def _probe(url: str, timeout: float) -> "RedisProbe":
    from chassis.caching.redis_probe import RedisProbe  # noqa: PLC0415  there is one

    return RedisProbe(url, timeout)
