"""Counts in a Redis that all processes share."""

from limits.aio.storage import RedisStorage
from redis.asyncio import BlockingConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff


class SharedStorage(RedisStorage):
    """Keeps no request waiting: one try, for `timeout` seconds. Raises StorageError."""

    def __init__(self, url: str, timeout: float) -> None:
        self._pool = BlockingConnectionPool.from_url(
            url,
            max_connections=20,
            timeout=timeout,
            socket_timeout=timeout,
            socket_connect_timeout=timeout,
            retry=Retry(NoBackoff(), 0),
        )
        super().__init__(
            f"async+{url}",
            wrap_exceptions=True,
            implementation="redispy",
            connection_pool=self._pool,  # type: ignore[arg-type]  # as documented
        )

    async def close(self) -> None:
        await self._pool.aclose()
