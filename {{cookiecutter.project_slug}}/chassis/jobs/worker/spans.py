"""A span for each attempt at a job. Imported when `TRACING_ENDPOINT` is set, and not otherwise."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from opentelemetry import context, trace
from opentelemetry.trace import Link, SpanKind, StatusCode, TraceFlags

from chassis.jobs.context import trace_in
from chassis.observability.trace_context import TraceContext

if TYPE_CHECKING:
    from chassis.observability.spans import Spans


class JobSpans:
    def __init__(self, spans: "Spans") -> None:
        self._tracer = spans.provider.get_tracer(__name__)

    @contextmanager
    def attempt(self, name: str, enqueued: Mapping[str, str]) -> Iterator[TraceContext]:
        """A trace of its own, linked to that of who enqueued it, which ended long ago."""
        span = self._tracer.start_span(
            f"job {name}", context=context.Context(), kind=SpanKind.CONSUMER, links=_links(enqueued)
        )
        token = context.attach(trace.set_span_in_context(span))
        ids = span.get_span_context()
        try:
            yield TraceContext(
                trace.format_trace_id(ids.trace_id),
                trace.format_span_id(ids.span_id),
                ids.trace_flags.sampled,
            )
        finally:
            context.detach(token)
            span.end()

    def failed(self) -> None:
        trace.get_current_span().set_status(StatusCode.ERROR)


def _links(enqueued: Mapping[str, str]) -> list[Link]:
    origin = trace_in(enqueued)
    if origin is None:
        return []
    ids = trace.SpanContext(
        int(origin.trace_id, 16),
        int(origin.span_id, 16),
        is_remote=True,
        trace_flags=TraceFlags(origin.sampled),
    )
    return [Link(ids)]
