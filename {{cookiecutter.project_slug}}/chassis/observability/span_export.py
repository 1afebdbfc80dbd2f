"""Spans on their way out, without secrets: what libraries put into theirs passes here as well."""

from collections.abc import Mapping, Sequence
from typing import Any

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import Link, Status

from chassis.redaction.texts import redact_text
from chassis.redaction.values import redact


class RedactingExporter(SpanExporter):
    """Works in the thread that exports, beside the requests."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._exporter.export([_redacted(span) for span in spans])

    def shutdown(self) -> None:
        self._exporter.shutdown()


def _redacted(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        name=redact_text(span.name),
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=_attributes(span.attributes),
        events=[_event(event) for event in span.events],
        links=[Link(it.context, _attributes(it.attributes)) for it in span.links],
        kind=span.kind,
        status=_status(span.status),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _event(event: Event) -> Event:
    """Of an exception, it holds the text and the traceback."""
    return Event(redact_text(event.name), _attributes(event.attributes), event.timestamp)


def _status(status: Status) -> Status:
    return Status(status.status_code, redact_text(status.description or "") or None)


def _attributes(found: Mapping[str, Any] | None) -> dict[str, Any]:
    return dict(redact(dict(found or {})))
