"""OpenTelemetry: spans of requests that are sent to other services. Imported as `spans.py` is."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from urllib.parse import urlsplit

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import SpanKind, StatusCode

from chassis.observability.spans import context_of

CLIENT_ERROR = 400
PORTS = {"http": 80, "https": 443}


class CallSpan:
    def __init__(self, span: trace.Span) -> None:
        self._span = span
        self.context = context_of(span)
        """What the other service is told."""

    def answered(self, status: int) -> None:
        self._span.set_attribute("http.response.status_code", status)
        if status >= CLIENT_ERROR:
            self.failed(str(status))

    def failed(self, kind: str) -> None:
        self._span.set_attribute("error.type", kind)
        self._span.set_status(StatusCode.ERROR)


def spans_of(
    provider: TracerProvider, upstream: str, address: str | None
) -> Callable[[str], AbstractContextManager[CallSpan]]:
    """A span for each attempt, by its method, in the request that makes it; it has no URL."""
    tracer = provider.get_tracer(__name__)
    place = {"service.peer.name": upstream, **_place(address)}

    @contextmanager
    def span_of(method: str) -> Iterator[CallSpan]:
        attributes = {**place, "http.request.method": method}
        name = f"{method} {upstream}"
        started = tracer.start_span(name, kind=SpanKind.CLIENT, attributes=attributes)
        span = CallSpan(started)
        try:
            yield span
        except BaseException as error:
            span.failed(type(error).__qualname__)
            raise
        finally:
            started.end()

    return span_of


def _place(address: str | None) -> dict[str, str | int]:
    if address is None:
        return {}
    parts = urlsplit(address)
    port = parts.port or PORTS[parts.scheme]
    return {"server.address": parts.hostname or "", "server.port": port}
