"""Metrics and spans, as far as the settings ask for them. What is off is not even imported."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.middleware import Middleware

from app.database.dialect import dialect_of
from app.database.sampling import observing_pool
from app.settings import Settings
from app.settings.sharing import shared_metrics
from app.web.middleware.metrics import MetricsMiddleware
from app.web.middleware.span import SpanMiddleware

if TYPE_CHECKING:
    from app.observability.metrics.recording import LimitRecorder, Recorders
    from app.observability.spans import Spans


class Telemetry:
    """Everything is to be asked for, and does nothing when its setting is off."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.metrics = _recorders(settings) if settings.metrics.enabled else None
        self.spans = _spans(settings) if settings.tracing.endpoint else None

    def span_middleware(self) -> list[Middleware]:
        return [] if self.spans is None else [Middleware(SpanMiddleware, self.spans)]

    def metrics_middleware(self) -> list[Middleware]:
        metrics = self.metrics
        return [] if metrics is None else [Middleware(MetricsMiddleware, metrics.requests)]

    def limit_observer(self) -> "LimitRecorder | None":
        return None if self.metrics is None else self.metrics.limits

    def add_routes(self, app: FastAPI) -> None:
        if self.metrics is None or self._settings.metrics.port is not None:
            return
        from app.observability.metrics.exposition import readable  # noqa: PLC0415  it is on
        from app.web.metrics import serve_metrics  # noqa: PLC0415  it is on

        serve_metrics(app, readable(self.metrics.registry))

    @asynccontextmanager
    async def exporting(self) -> AsyncIterator[None]:
        """Send spans, serve metrics at their port; with several workers their parent does that."""
        async with AsyncExitStack() as stack:
            if self.spans is not None:
                await stack.enter_async_context(self.spans.exporting())
            port, host = self._settings.metrics.port, self._settings.server.host
            if self.metrics is not None and port is not None and shared_metrics() is None:
                from app.observability.metrics import exposition  # noqa: PLC0415  it is on

                registry = exposition.readable(self.metrics.registry)
                stack.enter_context(exposition.serving_metrics(registry, host, port))
            yield

    @asynccontextmanager
    async def observing(
        self, name: str, engine: AsyncEngine, available: Callable[[], Awaitable[bool]]
    ) -> AsyncIterator[None]:
        """Statements and pool of a database; the main one is called `primary`."""
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


def _recorders(settings: Settings) -> "Recorders":
    from app.observability.metrics.recording import Recorders  # noqa: PLC0415  it is on

    return Recorders(settings)


def _spans(settings: Settings) -> "Spans":
    from app.observability.spans import Spans  # noqa: PLC0415  it is on

    return Spans(settings)
