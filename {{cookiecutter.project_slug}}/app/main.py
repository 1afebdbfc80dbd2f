"""The composition of the service. Read this first."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from app.api import ROUTERS
from app.database.background import in_background
from app.database.engine import create_engine
from app.database.named import named_databases, require_named
from app.database.probe import Probe
from app.database.replica import watched_replica
from app.database.sampling import Availability
from app.database.session import Database
from app.database.warm_up import WarmUp
from app.garbage import startup_kept
from app.middleware import middleware
from app.observability.logging import configure_logging
from app.rate_limiting import rate_limiting
from app.settings import Settings
from app.telemetry import Telemetry
from app.web.docs import serve_docs
from app.web.drain import Drain
from app.web.errors import handle_errors
from app.web.held_sessions import refuse_held_sessions
from app.web.openapi import describe_problems
from app.web.routing import quicken
from app.web.routing.shadows import tell_shadows
from app.web.signals import stopping_on_signals
from app.web.websocket_errors import handle_socket_errors


def create_app(settings: Settings | None = None) -> FastAPI:
    """Raises SettingsError when the settings cannot be used."""
    settings = settings or Settings()
    configure_logging(settings)
    telemetry = Telemetry(settings)
    app = FastAPI(
        title=settings.service.title,
        description=settings.service.description,
        version=settings.service.version,
        lifespan=lifespan,
        middleware=middleware(settings, telemetry),
        openapi_url="/openapi.json" if settings.serves_docs else None,
        docs_url=None,  # app/web/docs.py serves it without a CDN
        redoc_url=None,
        # app/telemetry.py does it, with the ids of the log lines, and without query strings.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        redirect_slashes=False,  # the redirect would trust the Host header
    )
    app.state.settings = settings
    app.state.telemetry = telemetry
    for router in ROUTERS:
        app.include_router(router)
    quicken(app)
    require_named(settings, app.routes)
    refuse_held_sessions(app.routes)
    if settings.serves_docs:
        serve_docs(app)
    telemetry.add_routes(app)
    handle_errors(app)
    handle_socket_errors(app)
    describe_problems(app)
    tell_shadows(app.routes)
    return app


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """What the service holds while it runs; let go of in reverse order, also if starting fails."""
    settings: Settings = app.state.settings
    telemetry: Telemetry = app.state.telemetry
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(telemetry.exporting())
        drain = app.state.drain = Drain()
        stack.enter_context(stopping_on_signals(drain, settings.server.drain_seconds))
        engine = create_engine(settings.database, settings.service.name)
        stack.push_async_callback(engine.dispose)
        replica = await stack.enter_async_context(watched_replica(settings))
        app.state.database = Database(engine, replica)
        app.state.named = await stack.enter_async_context(named_databases(settings))
        app.state.probe = Probe(settings.database, settings.service.name)
        stack.push_async_callback(app.state.probe.close)
        app.state.warm_up = WarmUp(engine, settings.database.warm_connections)
        await stack.enter_async_context(in_background(app.state.warm_up.run()))
        for name, served, available in _databases(app):
            await stack.enter_async_context(telemetry.observing(name, served, available))
        limits = rate_limiting(app, settings, telemetry.limit_observer())
        await stack.enter_async_context(limits)
        app.state.started = time.monotonic()
        stack.push_async_callback(drain.finish)
        stack.enter_context(startup_kept())
        yield


def _databases(app: FastAPI) -> Iterator[tuple[str, AsyncEngine, Availability]]:
    """Each database by the name that its metrics bear, and whether it answers."""
    database: Database = app.state.database
    yield "primary", database.engine, app.state.probe.check
    if database.replica is not None:
        yield "replica", database.replica.engine, database.replica.is_fit
    for name, named in app.state.named.items():
        yield name, named.database.engine, named.probe.check
