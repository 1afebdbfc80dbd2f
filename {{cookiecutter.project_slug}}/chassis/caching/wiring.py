"""Where an application says that it has caches. Until one is asked, that is all that happens."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from chassis.caching import running
from chassis.caching.caches import Caches
from chassis.caching.policy import Nobody, Observer
from chassis.settings import Settings

if TYPE_CHECKING:
    from chassis.caching.redis_store import RedisStore


@asynccontextmanager
async def caches(settings: Settings, observer: Observer | None) -> AsyncIterator[None]:
    """For all that is declared as `Cached`, as long as the block lasts."""
    if not settings.cache.enabled:
        yield
        return
    replica = settings.database.replica
    made = Caches(
        observer or Nobody(),
        max_entries=settings.cache.max_entries,
        lag=0.0 if replica is None else replica.replica_max_lag,
        store=_store(settings),
    )
    running.begin(made)
    try:
        yield
    finally:
        running.end(made)
        await made.close()


def _store(settings: Settings) -> "RedisStore | None":
    url = settings.cache.redis_url or settings.redis.url
    if url is None:
        return None
    # The client takes a quarter of the time to start: only where there is a Redis.
    from chassis.caching.redis_store import RedisStore  # noqa: PLC0415

    return RedisStore(url.get_secret_value(), settings.service.name, settings.cache.timeout)
