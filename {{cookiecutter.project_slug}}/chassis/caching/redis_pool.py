"""Connections to Redis on which nobody waits long: by default it would be 12 s when it is away."""

from redis.asyncio import BlockingConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff


def pool_at(url: str, timeout: float | None) -> BlockingConnectionPool:
    """One try, of `timeout` seconds each for a free connection, to connect, and for each answer.

    None where the whole is bounded anyhow: three timers cost a third of a question.
    """
    return BlockingConnectionPool.from_url(
        url,
        max_connections=20,
        timeout=timeout,
        socket_timeout=timeout,
        socket_connect_timeout=timeout,
        retry=Retry(NoBackoff(), 0),
    )
