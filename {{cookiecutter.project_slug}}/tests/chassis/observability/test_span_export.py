"""What leaves the service in a span, whoever wrote it there."""

from contextlib import suppress

from opentelemetry import trace
from opentelemetry.trace import Link, SpanContext

from chassis.observability.spans import Spans
from tests.chassis.observability.collector import Collector, attributes, collecting
from tests.chassis.observability.conftest import DATABASE
from tests.support.settings import make_settings


async def exported() -> Collector:
    """One span of a library, full of secrets."""
    with collecting() as collector:
        settings = make_settings(database=DATABASE, tracing={"endpoint": collector.url})
        spans = Spans(settings.tracing, settings.identity)
        async with spans.exporting():
            tracer = spans.provider.get_tracer("library")
            link = Link(SpanContext(1, 2, is_remote=True), {"api_key": "hunter2"})
            found = tracer.start_as_current_span(
                "SELECT 'Bearer hunter2'", kind=trace.SpanKind.CLIENT, links=[link]
            )
            with suppress(RuntimeError), found as span:
                span.set_attribute("http.request.header.authorization", "hunter2")
                span.set_attribute("url.full", "http://a:hunter2@b/c?token=hunter2")
                span.set_attribute("gen_ai.usage.input_tokens", 12)
                span.set_attribute("list", ["Bearer hunter2", "b"])
                span.add_event("password=hunter2", {"client_secret": "hunter2", "attempt": 2})
                message = "cannot reach redis://:hunter2@cache"
                raise RuntimeError(message)
    return collector


async def test_no_secret_is_exported() -> None:
    collector = await exported()

    (span,) = collector.spans
    assert "hunter2" not in str(span)
    assert span.name == "SELECT 'Bearer ***'"
    told = attributes(span)
    assert told["http.request.header.authorization"] == "***"
    assert told["url.full"] == "http://a:***@b/c?token=***"
    assert [it.string_value for it in told["list"].values] == ["Bearer ***", "b"]
    event, failure = span.events
    assert (event.name, attributes(event)) == (
        "password=***",
        {"client_secret": "***", "attempt": 2},
    )
    assert attributes(failure)["exception.message"] == "cannot reach redis://:***@cache"
    assert "Traceback" in attributes(failure)["exception.stacktrace"]
    assert span.status.message == "RuntimeError: cannot reach redis://:***@cache"
    assert attributes(span.links[0]) == {"api_key": "***"}


async def test_all_else_is_exported_as_it_is() -> None:
    collector = await exported()

    (span,) = collector.spans
    assert attributes(span)["gen_ai.usage.input_tokens"] == 12
    assert (span.kind, span.status.code) == (3, 2)
    assert span.start_time_unix_nano < span.events[0].time_unix_nano < span.end_time_unix_nano
    assert span.links[0].trace_id.hex() == f"{1:032x}"
