"""Who started it: what a job knows of the request that enqueued it, for its log lines and spans."""

from collections.abc import Mapping

import structlog

from chassis.observability.trace_context import TraceContext

CARRIED = ("request_id", "trace_id", "span_id", "principal")


def current_context() -> dict[str, str]:
    """Of the request, command or job that is being done now."""
    bound = structlog.contextvars.get_contextvars()
    return {name: str(bound[name]) for name in CARRIED if name in bound}


def trace_in(context: Mapping[str, str]) -> TraceContext | None:
    """Where in which trace it was enqueued."""
    if "trace_id" not in context or "span_id" not in context:
        return None
    return TraceContext(context["trace_id"], context["span_id"], sampled=False)
