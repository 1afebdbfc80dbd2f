"""The worker as a process: stopped by signals as the service is, with health and metrics."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from typing import Any

from fastapi import FastAPI

from chassis.concurrency.background import in_background
from chassis.database.availability.probe import Probe
from chassis.database.connections.warm_up import WarmUp
from chassis.database.migrations.standing import standing
from chassis.jobs.events.settings import EventSettings
from chassis.jobs.registry import Registry
from chassis.jobs.settings import JobSettings
from chassis.jobs.worker.composition import Parts
from chassis.jobs.worker.health import router
from chassis.jobs.worker.opening import opened
from chassis.jobs.worker.performing import Ended
from chassis.jobs.worker.repeating import repeat
from chassis.observability.logging import configure_logging
from chassis.settings import Settings
from chassis.web.serving.drain import Drain
from chassis.web.serving.listening import CannotListenError, at_host
from chassis.web.serving.server import ServiceConfig, SingleServer
from chassis.web.serving.signals import stopping_on_signals
from chassis.web.telemetry import Telemetry

WORKER = "worker"
"""Its log lines say so: they may stand among those of the service."""
SAMPLED = 5.0
PRUNED = 600.0
HTTP_ENDS = 2
"""Seconds for who asks for health or metrics in the very moment of the end."""


def create_worker(
    settings: Settings, jobs: JobSettings, events: EventSettings, registry: Registry
) -> FastAPI:
    """Serves health and metrics; its lifespan is the worker."""
    configure_logging(settings.log, settings.identity, process=WORKER)
    own_port = settings.metrics.model_copy(update={"port": None})
    telemetry = Telemetry(own_port, settings.tracing, settings.identity)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            drain = app.state.drain = Drain()
            stack.enter_context(stopping_on_signals(drain, 0))
            holding = opened(app, telemetry, settings, jobs, events, registry)
            parts = await stack.enter_async_context(holding)
            database = app.state.database
            probe = app.state.probe = Probe(settings.database, settings.service.name)
            stack.push_async_callback(probe.close)
            warm_up = WarmUp(database.engine, 0)
            migrations = standing(probe, warm_up, required=settings.requires_migrations)
            app.state.migrations = await stack.enter_async_context(migrations)
            await stack.enter_async_context(telemetry.observing(database, probe, {}))
            app.state.worker = parts.worker
            app.state.started = time.monotonic()
            async with _working(parts, jobs, drain):
                yield

    app = FastAPI(
        lifespan=lifespan,
        openapi_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},
        redirect_slashes=False,
    )
    app.include_router(router)
    telemetry.add_routes(app)
    return app


@asynccontextmanager
async def _working(parts: Parts, jobs: JobSettings, drain: Drain) -> AsyncIterator[None]:
    """Until the end of the block; then what is being done gets its time."""
    house, worker = parts.housekeeping, parts.worker
    async with in_background(worker.leases.keep()):
        loops = [
            worker.run(drain),
            repeat("schedules", parts.ticker.step, jobs.poll, drain),
            repeat("events", parts.relay.step, jobs.poll, drain),
            repeat("metrics", house.tell, SAMPLED, drain),
            repeat("prune", house.prune, PRUNED, drain),
        ]
        tasks = [asyncio.create_task(each) for each in loops]  # noqa: HR013  they end with the block
        try:
            yield
        finally:
            drain.begin()
            await asyncio.wait(tasks)
            await worker.finish(jobs.graceful_timeout)
            for task in tasks:
                task.result()


def run_worker(
    settings: Settings, jobs: JobSettings, events: EventSettings, registry: Registry
) -> None:
    """Until a signal ends it. Raises CannotListenError."""
    app = create_worker(settings, jobs, events, registry)
    try:
        listener = at_host(settings.server.host, jobs.port)
    except CannotListenError as error:
        raise CannotListenError(str(error).replace("SERVER_PORT", "JOBS_PORT")) from error
    options: dict[str, Any] = {"log_config": None, "access_log": False, "server_header": False}
    config = ServiceConfig(
        app, is_local=False, timeout_graceful_shutdown=HTTP_ENDS, ws="none", **options
    )
    with closing(listener), suppress(KeyboardInterrupt):
        SingleServer(config, listener).run(listener.sockets)


async def work_once(
    settings: Settings, jobs: JobSettings, events: EventSettings, registry: Registry
) -> list[Ended]:
    """Do what is due now, and end; there is nobody to ask it for metrics."""
    unasked = settings.metrics.model_copy(update={"enabled": False})
    telemetry = Telemetry(unasked, settings.tracing, settings.identity)
    async with (
        opened(FastAPI(), telemetry, settings, jobs, events, registry) as parts,
        in_background(parts.worker.leases.keep()),
    ):
        return await parts.once()
