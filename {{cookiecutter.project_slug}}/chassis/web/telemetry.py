"""Metrics and spans, as far as the settings ask for them. What is off is not even imported."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.middleware import Middleware

from chassis.database.availability.probe import Probe
from chassis.database.availability.sampling import Availability, observing_pool
from chassis.database.connections.dialect import dialect_of
from chassis.database.named import NamedDatabase
from chassis.database.session import Database
from chassis.settings.groups import MetricsSettings, TracingSettings
from chassis.settings.identity import Identity
from chassis.settings.sharing import shared_metrics
from chassis.web.middleware.metrics import MetricsMiddleware
from chassis.web.middleware.span import SpanMiddleware

if TYPE_CHECKING:
    from chassis.observability.metrics.caches import CacheRecorder
    from chassis.observability.metrics.loop import LoopRecorder
    from chassis.observability.metrics.recording import CallerRecorder, LimitRecorder, Recorders
    from chassis.observability.spans import Spans
    from chassis.outbound.observation import Observation


class Telemetry:
    """Everything is to be asked for, and does nothing when its setting is off."""

    def __init__(
        self, metrics: MetricsSettings, tracing: TracingSettings, identity: Identity
    ) -> None:
        self._port = metrics.port
        self.metrics = _recorders(identity) if metrics.enabled else None
        self.spans = _spans(tracing, identity) if tracing.endpoint else None

    def span_middleware(self) -> list[Middleware]:
        return [] if self.spans is None else [Middleware(SpanMiddleware, self.spans)]

    def metrics_middleware(self) -> list[Middleware]:
        metrics = self.metrics
        return [] if metrics is None else [Middleware(MetricsMiddleware, metrics.requests)]

    def limit_observer(self) -> "LimitRecorder | None":
        return None if self.metrics is None else self.metrics.limits

    def caller_observer(self) -> "CallerRecorder | None":
        return None if self.metrics is None else self.metrics.callers

    def observation(self, upstream: str, address: str | None) -> "Observation":
        """Of the calls to it."""
        from chassis.outbound.observation import Observation  # noqa: PLC0415  something is called

        recorder = None if self.metrics is None else self.metrics.upstream(upstream)
        if self.spans is None:
            return Observation(upstream, recorder)
        from chassis.observability.call_spans import spans_of  # noqa: PLC0415  it is on

        return Observation(upstream, recorder, spans_of(self.spans.provider, upstream, address))

    def cache_observer(self) -> "CacheRecorder | None":
        return None if self.metrics is None else self.metrics.caches

    def loop_observer(self) -> "LoopRecorder | None":
        return None if self.metrics is None else self.metrics.loop

    def add_routes(self, app: FastAPI) -> None:
        if self.metrics is None or self._port is not None:
            return
        from chassis.observability.metrics.exposition import readable  # noqa: PLC0415  it is on
        from chassis.web.metrics import serve_metrics  # noqa: PLC0415  it is on

        serve_metrics(app, readable(self.metrics.registry))

    @asynccontextmanager
    async def exporting(self, host: str) -> AsyncIterator[None]:
        """Send spans, serve metrics at their port; of several workers the parent serves them."""
        async with AsyncExitStack() as stack:
            if self.spans is not None:
                await stack.enter_async_context(self.spans.exporting())
            if self.metrics is not None and self._port is not None and shared_metrics() is None:
                from chassis.observability.metrics import exposition  # noqa: PLC0415  it is on

                registry = exposition.readable(self.metrics.registry)
                stack.enter_context(exposition.serving_metrics(registry, host, self._port))
            yield

    @asynccontextmanager
    async def observing(
        self, database: Database, probe: Probe, named: Mapping[str, NamedDatabase]
    ) -> AsyncIterator[None]:
        """Statements and pool of each database; the main one is called `primary`."""
        async with AsyncExitStack() as stack:
            for name, engine, available in _databases(database, probe, named):
                await stack.enter_async_context(self._observing(name, engine, available))
            yield

    @asynccontextmanager
    async def _observing(
        self, name: str, engine: AsyncEngine, available: Availability
    ) -> AsyncIterator[None]:
        observers = dialect_of(engine).observation.observers
        if self.spans is not None:
            observers.append(self.spans.queries_to(engine.url))
        if self.metrics is None:
            yield
            return
        recorder = self.metrics.database(name)
        observers.append(recorder.query)
        async with observing_pool(engine, available, recorder):
            yield


def _recorders(identity: Identity) -> "Recorders":
    from chassis.observability.metrics.recording import Recorders  # noqa: PLC0415  it is on

    return Recorders(identity)


def _spans(settings: TracingSettings, identity: Identity) -> "Spans":
    from chassis.observability.spans import Spans  # noqa: PLC0415  it is on

    return Spans(settings, identity)


def _databases(
    database: Database, probe: Probe, named: Mapping[str, NamedDatabase]
) -> Iterator[tuple[str, AsyncEngine, Availability]]:
    """Each by the name that its metrics bear, and whether it answers."""
    yield "primary", database.engine, probe.check
    if database.replica is not None:
        yield "replica", database.replica.engine, database.replica.is_fit
    for name, other in named.items():
        yield name, other.database.engine, other.probe.check
