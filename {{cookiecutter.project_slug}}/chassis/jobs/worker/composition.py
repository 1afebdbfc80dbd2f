"""What a worker is made of, and what it holds while it runs."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog

from chassis.database.connections.engine import create_engine
from chassis.database.session import Database
from chassis.jobs.events.publisher import LogPublisher, Publisher
from chassis.jobs.events.relay import Relay
from chassis.jobs.events.settings import EventSettings
from chassis.jobs.observer import Observer, Unobserved
from chassis.jobs.queue import Queue
from chassis.jobs.registry import Registry
from chassis.jobs.settings import CONTROL, JobSettings
from chassis.jobs.worker.housekeeping import Housekeeping
from chassis.jobs.worker.performing import Ended, Performer
from chassis.jobs.worker.ticking import Ticker
from chassis.jobs.worker.worker import Worker
from chassis.settings import Settings
from chassis.web.telemetry import Telemetry

if TYPE_CHECKING:
    from chassis.jobs.worker.spans import JobSpans


class Parts:
    """Of one worker. Its claims and heartbeats have connections that no job can take."""

    def __init__(  # noqa: PLR0913, PLR0917  each is one of its parts
        self,
        registry: Registry,
        settings: JobSettings,
        database: Database,
        control: Database,
        publisher: Publisher | None,
        telemetry: Telemetry | None = None,
        state: Any = None,
    ) -> None:
        observer = _observer(telemetry)
        queue = Queue(control, timedelta(seconds=settings.lease))
        performer = Performer(queue, database, observer, _spans(telemetry), state)
        self.worker = Worker(registry, queue, performer, settings)
        self.ticker = Ticker(control, registry.schedules)
        self.relay = Relay(control, publisher, observer)
        kept = timedelta(days=settings.keep_failed_days)
        self.housekeeping = Housekeeping(self.worker, queue, self.relay, observer, kept)

    async def once(self) -> list[Ended]:
        """All that is due now: schedules, jobs, events."""
        await self.ticker.step()
        done = await self.worker.once()
        while await self.relay.step():
            pass
        return done


@asynccontextmanager
async def databases(
    settings: Settings, jobs: JobSettings
) -> AsyncIterator[tuple[Database, Database]]:
    """For jobs, one connection for each that is done at once; and for the worker itself."""
    name = f"{settings.service.name} worker"
    pools = [(jobs.concurrency, name), (CONTROL, f"{name} control")]
    async with AsyncExitStack() as stack:
        opened = []
        for size, called in pools:
            sized = settings.database.model_copy(update={"pool_size": size, "max_overflow": 0})
            engine = create_engine(sized, called)
            stack.push_async_callback(engine.dispose)
            opened.append(Database(engine))
        yield opened[0], opened[1]


@asynccontextmanager
async def publisher(settings: Settings, events: EventSettings) -> AsyncIterator[Publisher | None]:
    """The broker that the settings name; without one, the log, and in production none."""
    if events.url is not None:
        from chassis.jobs.events.nats import nats_publisher  # noqa: PLC0415  it is on

        url = events.url.get_secret_value()
        async with nats_publisher(url, settings.service.name) as broker:
            yield broker
    elif settings.production:
        structlog.get_logger().warning("events are kept", because="EVENTS_URL is not set")
        yield None
    else:
        yield LogPublisher()


def _observer(telemetry: Telemetry | None) -> Observer:
    if telemetry is None or telemetry.metrics is None:
        return Unobserved()
    from chassis.jobs.metrics import JobRecorder  # noqa: PLC0415  they are on

    return JobRecorder(telemetry.metrics.registry)


def _spans(telemetry: Telemetry | None) -> "JobSpans | None":
    if telemetry is None or telemetry.spans is None:
        return None
    from chassis.jobs.worker.spans import JobSpans  # noqa: PLC0415  they are on

    return JobSpans(telemetry.spans)
