"""Rate limits, where they are switched on; else nothing of them is imported, as it takes long."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.middleware import Middleware

from chassis.settings.groups import RateSettings, RedisSettings

if TYPE_CHECKING:
    from chassis.web.rate_limits.limiter import Observer


def rate_limit_middleware(settings: RateSettings) -> list[Middleware]:
    if not settings.limit_enabled:
        return []
    from chassis.web.rate_limits.middleware import RateLimitMiddleware  # noqa: PLC0415  it is on

    return [Middleware(RateLimitMiddleware)]


@asynccontextmanager
async def rate_limits(
    app: FastAPI,
    settings: RateSettings,
    redis: RedisSettings,
    name: str,
    observer: "Observer | None",
) -> AsyncIterator[None]:
    """What the middleware asks, in `app.state`. In Redis, its keys begin with the name."""
    if not settings.limit_enabled:
        yield
        return
    from chassis.web.rate_limits.limiter import RateLimiter, counter_in  # noqa: PLC0415  it is on
    from chassis.web.rate_limits.policies import Policies  # noqa: PLC0415  it is on

    policies = Policies(app.routes, settings.limit_default)
    app.state.rate_limiter = RateLimiter(counter_in(redis, name), policies, observer)
    try:
        yield
    finally:
        await app.state.rate_limiter.close()
