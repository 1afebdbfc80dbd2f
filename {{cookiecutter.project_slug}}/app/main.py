"""The composition of the service. Read this first."""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI

from app.api import ROUTERS
from app.middleware import middleware
from app.settings import Settings

# {% if "accounts" in cookiecutter.parts %}
from chassis.accounts.wiring import accounts

# {% endif %}
# {% if "llm" in cookiecutter.parts %}
from chassis.llm.wiring import llm

# {% endif %}
# {% if "select-ai" in cookiecutter.parts %}
from chassis.select_ai.wiring import select_ai

# {% endif %}
from chassis.auth.wiring import authentication
from chassis.caching.redis_servers import redis_probes
from chassis.caching.wiring import caches
from chassis.concurrency.background import in_background
from chassis.database.availability.probe import Probe
from chassis.database.availability.replica import watched_replica
from chassis.database.connections.engine import create_engine
from chassis.database.connections.warm_up import WarmUp
from chassis.database.migrations.standing import standing
from chassis.database.named import named_databases
from chassis.database.session import Database
from chassis.observability.logging import configure_logging
from chassis.observability.loop_lag import watching_loop
from chassis.web.callers.guarded_routes import require_callers
from chassis.web.callers.jwks import serve_jwks
from chassis.web.docs import serve_docs
from chassis.web.errors.handlers import handle_errors
from chassis.web.errors.websocket_errors import handle_socket_errors
from chassis.web.mounting import adopt_mounted
from chassis.web.named_databases import require_named
from chassis.web.openapi import describe_api
from chassis.web.rate_limits.wiring import rate_limits
from chassis.web.root_path import serve_below
from chassis.web.routing import quicken
from chassis.web.routing.held_sessions import refuse_held_sessions
from chassis.web.routing.shadows import tell_shadows
from chassis.web.serving.drain import Drain
from chassis.web.serving.garbage import startup_kept
from chassis.web.serving.signals import stopping_on_signals
from chassis.web.telemetry import Telemetry
from chassis.web.upstreams import outbound, require_upstreams


def create_app(settings: Settings | None = None) -> FastAPI:
    """Raises SettingsError when the settings cannot be used."""
    settings = settings or Settings()
    configure_logging(settings.log, settings.identity)
    telemetry = Telemetry(settings.metrics, settings.tracing, settings.identity)
    app = FastAPI(
        title=settings.service.title,
        description=settings.service.description,
        version=settings.service.version,
        contact={"name": settings.service.contact} if settings.service.contact else None,
        lifespan=lifespan,
        middleware=middleware(settings, telemetry),
        openapi_url="/openapi.json" if settings.serves_docs else None,
        docs_url=None,  # chassis/web/docs.py serves it without a CDN
        redoc_url=None,
        # chassis/web/telemetry.py does it, with the ids of the log lines, without query strings.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        redirect_slashes=False,  # the redirect would trust the Host header
    )
    app.state.settings = settings
    app.state.telemetry = telemetry
    for router in ROUTERS:
        app.include_router(router)
    quicken(app)
    require_named(settings.database, app.routes)
    require_callers(settings, app.routes)
    require_upstreams(settings.outbound, app.routes)
    refuse_held_sessions(app.routes)
    if settings.serves_docs:
        serve_docs(app)
    telemetry.add_routes(app)
    serve_jwks(app, settings.auth)
    handle_errors(app)
    handle_socket_errors(app)
    describe_api(app)
    adopt_mounted(app)
    serve_below(settings.server.root_path, app)
    tell_shadows(app.routes)
    return app


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """What the service holds while it runs; let go of in reverse order, also if starting fails."""
    settings: Settings = app.state.settings
    telemetry: Telemetry = app.state.telemetry
    name = settings.service.name
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(telemetry.exporting(settings.server.host))
        drain = app.state.drain = Drain()
        stack.enter_context(stopping_on_signals(drain, settings.server.drain_seconds))
        engine = create_engine(settings.database, name)
        stack.push_async_callback(engine.dispose)
        replica = await stack.enter_async_context(watched_replica(settings.database, name))
        database = app.state.database = Database(engine, replica)
        databases = named_databases(settings.database, name)
        named = app.state.named = await stack.enter_async_context(databases)
        probe = app.state.probe = Probe(settings.database, name)
        stack.push_async_callback(probe.close)
        warm_up = app.state.warm_up = WarmUp(engine, settings.database.warm_connections)
        await stack.enter_async_context(in_background(warm_up.run()))
        migrations = standing(probe, warm_up, required=settings.requires_migrations)
        app.state.migrations = await stack.enter_async_context(migrations)
        await stack.enter_async_context(telemetry.observing(database, probe, named))
        callers = authentication(settings.auth, name, telemetry.caller_observer())
        app.state.authentication = await stack.enter_async_context(callers)
        # {% if "accounts" in cookiecutter.parts %}
        await stack.enter_async_context(accounts(app, settings.auth, telemetry.metrics))
        # {% endif %}
        # {% if "llm" in cookiecutter.parts %}
        await stack.enter_async_context(llm(app, settings.llm, telemetry.metrics))
        # {% endif %}
        # {% if "select-ai" in cookiecutter.parts %}
        await stack.enter_async_context(select_ai(app, settings.select_ai, telemetry.metrics))
        # {% endif %}
        limits = rate_limits(app, settings.rate, settings.redis, name, telemetry.limit_observer())
        await stack.enter_async_context(limits)
        await stack.enter_async_context(outbound(app, settings, telemetry))
        app.state.redis = await stack.enter_async_context(redis_probes(settings))
        await stack.enter_async_context(caches(settings, telemetry.cache_observer()))
        stack.enter_context(watching_loop(telemetry.loop_observer()))
        app.state.started = time.monotonic()
        stack.push_async_callback(drain.finish)
        stack.enter_context(startup_kept())
        yield
