"""Rate limits, where they are switched on; else nothing of them is imported, as it takes long."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.middleware import Middleware

from app.settings import Settings

if TYPE_CHECKING:
    from app.web.rate_limits.limiter import Observer


def rate_limit_middleware(settings: Settings) -> list[Middleware]:
    if not settings.rate.limit_enabled:
        return []
    from app.web.middleware.rate_limit import RateLimitMiddleware  # noqa: PLC0415  it is on

    return [Middleware(RateLimitMiddleware)]


@asynccontextmanager
async def rate_limiting(
    app: FastAPI, settings: Settings, observer: "Observer | None"
) -> AsyncIterator[None]:
    """What the middleware asks, in `app.state`."""
    if not settings.rate.limit_enabled:
        yield
        return
    from app.web.rate_limits.limiter import RateLimiter  # noqa: PLC0415  it is on
    from app.web.rate_limits.policies import Policies  # noqa: PLC0415  it is on

    policies = Policies(app.routes, settings.rate.limit_default)
    app.state.rate_limiter = RateLimiter(settings, policies, observer)
    try:
        yield
    finally:
        await app.state.rate_limiter.close()
