"""Who started it: what a job knows of the request that enqueued it, for its lines, spans, calls."""

from collections.abc import Mapping

import structlog

from chassis.jobs.claimed import Claimed
from chassis.observability.queries import count_queries
from chassis.observability.trace_context import TraceContext, begin_trace, current_trace

BOUND = ("request_id", "principal")
CARRIED = (*BOUND, "trace_id", "span_id")


def current_context() -> dict[str, str]:
    """Of the request, command or job that is being done now."""
    known = structlog.contextvars.get_contextvars()
    if (trace := current_trace()) is not None:
        known |= {"trace_id": trace.trace_id, "span_id": trace.span_id}
    return {name: str(known[name]) for name in CARRIED if name in known}


def trace_in(context: Mapping[str, str]) -> TraceContext | None:
    """Where in which trace it was enqueued."""
    if "trace_id" not in context or "span_id" not in context:
        return None
    return TraceContext(context["trace_id"], context["span_id"], sampled=False)


def begin(claim: Claimed, own: TraceContext) -> None:
    """Of a job: what its lines, calls and statements tell of it from now on.

    Without spans, its trace is that of who enqueued it.
    """
    begin_trace(own)
    count_queries(by_statement=False)
    told = {name: value for name, value in claim.context.items() if name in BOUND}
    structlog.contextvars.bind_contextvars(
        **told, job=claim.name, job_id=str(claim.id), attempt=claim.attempt
    )
