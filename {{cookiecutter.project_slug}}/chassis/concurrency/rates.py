"""How often something may be begun, such as calls of somebody else's service."""

from aiolimiter import AsyncLimiter


def rate_of(calls: float, seconds: float = 1.0, *, burst: float | None = None) -> AsyncLimiter:
    """Before each call: `async with rate:` waits until it may begin.

    After a pause `burst` of them begin at once, `calls` unless it is said. It counts in this
    process alone, and in one event loop: make it in `lifespan`.
    """
    burst = calls if burst is None else burst
    return AsyncLimiter(burst, burst * seconds / calls)
