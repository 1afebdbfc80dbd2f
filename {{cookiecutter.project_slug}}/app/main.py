"""The composition of the service. Read this first."""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from app.api import ROUTERS
from app.database.engine import create_engine
from app.database.probe import Probe
from app.database.session import Database
from app.observability.logging import configure_logging
from app.settings import Settings
from app.web.docs import serve_docs
from app.web.drain import Drain
from app.web.errors import handle_errors
from app.web.middleware.deadline import DeadlineMiddleware
from app.web.middleware.drain import DrainMiddleware
from app.web.middleware.hosts import HostsMiddleware
from app.web.middleware.limits import LimitsMiddleware
from app.web.middleware.logging import LoggingMiddleware
from app.web.middleware.rate_limit import RateLimitMiddleware
from app.web.middleware.request_id import RequestIDMiddleware
from app.web.middleware.security_headers import SecurityHeadersMiddleware
from app.web.middleware.timing import TimingMiddleware
from app.web.openapi import describe_problems
from app.web.rate_limits.limiter import RateLimiter
from app.web.rate_limits.policies import Policies
from app.web.routes import add_routes
from app.web.signals import stopping_on_signals


def create_app(settings: Settings | None = None) -> FastAPI:
    """Raises SettingsError when the settings cannot be used."""
    settings = settings or Settings()
    configure_logging(settings)
    app = FastAPI(
        title=settings.service.title,
        description=settings.service.description,
        version=settings.service.version,
        lifespan=lifespan,
        middleware=middleware(settings),
        openapi_url="/openapi.json",
        docs_url=None,  # app/web/docs.py serves it without a CDN
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},
        redirect_slashes=False,  # the redirect would trust the Host header
    )
    app.state.settings = settings
    for router in ROUTERS:
        add_routes(app, router)
    serve_docs(app)
    handle_errors(app)
    describe_problems(app)
    return app


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """What the service holds while it runs; let go of in reverse order, also if starting fails."""
    settings: Settings = app.state.settings
    async with AsyncExitStack() as stack:
        drain = app.state.drain = Drain()
        stack.enter_context(stopping_on_signals(drain, settings.server.drain_seconds))
        engine = create_engine(settings.database, settings.service.name)
        stack.push_async_callback(engine.dispose)
        app.state.database = Database(engine)
        app.state.probe = Probe(settings)
        stack.push_async_callback(app.state.probe.close)
        app.state.rate_policies = Policies(app.routes, settings.rate.limit_default)
        app.state.rate_limiter = RateLimiter(settings)
        stack.push_async_callback(app.state.rate_limiter.close)
        app.state.started = time.monotonic()
        stack.push_async_callback(drain.finish)
        yield


def middleware(settings: Settings) -> list[Middleware]:
    """Outermost first: what stands higher sees the request earlier and the response later."""
    cors = Middleware(
        CORSMiddleware,
        allow_origins=settings.cors.origins,
        allow_credentials=settings.cors.credentials,
        allow_methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=[
            "Authorization",
            "Content-Type",
            "If-Match",
            "If-None-Match",
            "X-Request-ID",
        ],
        expose_headers=[
            "ETag",
            "Link",
            "Location",
            "RateLimit",
            "RateLimit-Policy",
            "Retry-After",
            "X-Request-ID",
            "X-Response-Time",
        ],
    )
    return [
        Middleware(DrainMiddleware),
        *([cors] if settings.cors.origins else []),
        Middleware(SecurityHeadersMiddleware),
        Middleware(RequestIDMiddleware),
        Middleware(TimingMiddleware),
        Middleware(LoggingMiddleware),
        Middleware(DeadlineMiddleware, seconds=settings.server.request_timeout),
        Middleware(
            LimitsMiddleware,
            max_body_bytes=settings.server.max_body_bytes,
            max_header_bytes=settings.server.max_header_bytes,
        ),
        Middleware(HostsMiddleware, hosts=settings.server.trusted_hosts),
        *([Middleware(RateLimitMiddleware)] if settings.rate.limit_enabled else []),
    ]
