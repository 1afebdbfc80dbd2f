"""OpenTelemetry: spans of requests and of statements, exported by OTLP over HTTP.

Imported when `TRACING_ENDPOINT` is set, and not otherwise. Nothing is registered globally: spans of
libraries join in when they are given `Spans.provider`, because the context is OpenTelemetry's own.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, MutableMapping
from contextlib import asynccontextmanager, contextmanager
from time import time_ns
from typing import Any

import structlog
from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import SpanKind, StatusCode, TraceFlags
from sqlalchemy import URL

from chassis.concurrency.detached import detached
from chassis.observability.methods import HANDSHAKE, known_method
from chassis.observability.span_export import RedactingExporter
from chassis.observability.trace_context import TraceContext
from chassis.settings.groups import TracingSettings
from chassis.settings.identity import Identity

EXPORT_TIMEOUT = 5.0
"""Seconds a batch may take; after as many at shutdown, what is left is lost."""
SERVER_ERROR = 500


class Spans:
    def __init__(self, settings: TracingSettings, identity: Identity) -> None:
        self._endpoint = settings.spans_endpoint
        self.provider = TracerProvider(
            sampler=ParentBased(TraceIdRatioBased(settings.sample_ratio)),
            resource=Resource.create(
                {
                    "service.name": identity.service,
                    "service.version": identity.version,
                    "deployment.environment.name": identity.environment,
                }
            ),
            shutdown_on_exit=False,
        )
        self._tracer = self.provider.get_tracer(__name__)

    @asynccontextmanager
    async def exporting(self) -> AsyncIterator[None]:
        """Send what ends inside the block, all of it before the block ends."""
        exporter = RedactingExporter(OTLPSpanExporter(self._endpoint, timeout=EXPORT_TIMEOUT))
        self.provider.add_span_processor(BatchSpanProcessor(exporter))
        try:
            yield
        finally:
            flush = detached(asyncio.to_thread(self.provider.shutdown))
            await asyncio.wait({flush}, timeout=EXPORT_TIMEOUT)
            if not flush.done():
                structlog.get_logger().warning("spans are lost: they could not be sent in time")
                exporter.shutdown()
            await flush

    @contextmanager
    def request(
        self, scope: MutableMapping[str, Any], parent: TraceContext | None
    ) -> Iterator["RequestSpan"]:
        method = known_method(scope.get("method", HANDSHAKE), "HTTP")
        span = self._tracer.start_span(
            method,
            context=_remote(parent),
            kind=SpanKind.SERVER,
            attributes=_request_attributes(scope),
        )
        token = context.attach(trace.set_span_in_context(span))
        try:
            yield RequestSpan(span, method)
        finally:
            context.detach(token)
            span.end()

    def queries_to(self, database: URL) -> Callable[[str, float, BaseException | None], None]:
        """An observer of statements that ended now, in the request that sent them."""
        place: dict[str, str | int] = {
            "db.system.name": "postgresql",
            "db.namespace": database.database or "",
            "server.address": database.host or "",
            "server.port": database.port or 5432,
        }

        def query(statement: str, seconds: float, error: BaseException | None) -> None:
            if trace.get_current_span().is_recording():
                self._query(place, statement, seconds, error)

        return query

    def _query(
        self,
        place: Mapping[str, str | int],
        statement: str,
        seconds: float,
        error: BaseException | None,
    ) -> None:
        ended = time_ns()
        operation = statement.split(maxsplit=1)[0].upper()
        span = self._tracer.start_span(
            operation,
            kind=SpanKind.CLIENT,
            start_time=ended - round(seconds * 1e9),
            attributes={**place, "db.operation.name": operation, "db.query.text": statement},
        )
        if error is not None:
            sqlstate = getattr(error, "sqlstate", None)
            span.set_attribute("error.type", sqlstate or type(error).__qualname__)
            span.set_status(StatusCode.ERROR)
        span.end(ended)


class RequestSpan:
    def __init__(self, span: trace.Span, method: str) -> None:
        self._span = span
        self._method = method
        self.context = context_of(span)

    def answered(self, status: int, route: str | None) -> None:
        self._span.set_attribute("http.response.status_code", status)
        if route is not None:
            self._span.set_attribute("http.route", route)
            self._span.update_name(f"{self._method} {route}")
        if status >= SERVER_ERROR:
            self.failed()

    def called_by(self, principal: str) -> None:
        # https://opentelemetry.io/docs/specs/semconv/registry/attributes/enduser/
        self._span.set_attribute("enduser.id", principal)

    def failed(self) -> None:
        self._span.set_status(StatusCode.ERROR)


def context_of(span: trace.Span) -> TraceContext:
    ids = span.get_span_context()
    return TraceContext(
        trace.format_trace_id(ids.trace_id),
        trace.format_span_id(ids.span_id),
        ids.trace_flags.sampled,
    )


def _remote(parent: TraceContext | None) -> context.Context:
    if parent is None:
        return context.Context()
    ids = trace.SpanContext(
        int(parent.trace_id, 16),
        int(parent.span_id, 16),
        is_remote=True,
        trace_flags=TraceFlags(parent.sampled),
    )
    return trace.set_span_in_context(trace.NonRecordingSpan(ids), context.Context())


def _request_attributes(scope: MutableMapping[str, Any]) -> dict[str, Any]:
    """Without the query string and the headers, which may hold secrets."""
    client = scope.get("client")
    return {
        "http.request.method": known_method(scope.get("method", HANDSHAKE), "_OTHER"),
        "url.path": scope["path"],
        "url.scheme": scope.get("scheme", "http"),
        **({"client.address": client[0]} if client else {}),
    }
