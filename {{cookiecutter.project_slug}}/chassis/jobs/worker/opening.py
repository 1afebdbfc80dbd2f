"""What a worker holds while it works, whether it stays or does what is due and ends."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI

from chassis.jobs.events.settings import EventSettings
from chassis.jobs.registry import Registry
from chassis.jobs.settings import JobSettings
from chassis.jobs.worker.composition import Parts, databases, publisher
from chassis.settings import Settings
from chassis.web.telemetry import Telemetry
from chassis.web.upstreams import outbound


@asynccontextmanager
async def opened(
    app: FastAPI,
    telemetry: Telemetry,
    settings: Settings,
    jobs: JobSettings,
    events: EventSettings,
    registry: Registry,
) -> AsyncIterator[Parts]:
    """Until the end of the block; jobs find it as `run.state`, the state of the app."""
    state = app.state
    state.settings, state.named = settings, {}
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(telemetry.exporting(settings.server.host))
        state.database, control = await stack.enter_async_context(databases(settings, jobs))
        await stack.enter_async_context(outbound(app, settings, telemetry))
        broker = await stack.enter_async_context(publisher(settings, events))
        yield Parts(registry, jobs, state.database, control, broker, telemetry, state)
