"""W3C Trace Context: who asked, in which trace (https://www.w3.org/TR/trace-context/)."""

import re
from collections.abc import Iterable
from contextvars import ContextVar
from random import getrandbits
from typing import NamedTuple

from structlog.typing import EventDict, WrappedLogger

# Version ff is forbidden, and ids of zeros alone say that there is none.
PARENT = re.compile(
    rb"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?"
)
SAMPLED = 1


class TraceContext(NamedTuple):
    """One piece of work in a trace."""

    trace_id: str
    span_id: str
    sampled: bool
    """Whether whoever started the trace records it."""

    def header(self) -> str:
        """As `traceparent` of a request that belongs to this work, or `traceresponse` to it."""
        return f"00-{self.trace_id}-{self.span_id}-{self.sampled:02x}"


def parent_in(headers: Iterable[tuple[bytes, bytes]]) -> TraceContext | None:
    """The caller's context; None when there is none, more than one, or a malformed one."""
    given = [value for name, value in headers if name == b"traceparent"]
    return parse_parent(given[0]) if len(given) == 1 else None


def parse_parent(value: bytes) -> TraceContext | None:
    """Later versions may say more at the end; version 00 may not."""
    match = PARENT.fullmatch(value.strip(b" \t"))
    if match is None:
        return None
    version, trace_id, span_id, flags, more = match.groups()
    if version == b"00" and more is not None:
        return None
    return TraceContext(trace_id.decode(), span_id.decode(), bool(int(flags, 16) & SAMPLED))


def next_in_trace(parent: TraceContext | None) -> TraceContext:
    """New work: in the parent's trace, or in a new one, which nobody records."""
    span_id = "%016x" % (getrandbits(64) or 1)
    if parent is None:
        return TraceContext("%032x" % (getrandbits(128) or 1), span_id, sampled=False)
    return TraceContext(parent.trace_id, span_id, parent.sampled)


_of_request: ContextVar[TraceContext | None] = ContextVar("trace", default=None)


def begin_trace(trace: TraceContext) -> None:
    """Of everything that runs in this context from now on."""
    _of_request.set(trace)


def current_trace() -> TraceContext | None:
    """None outside of a request."""
    return _of_request.get()


def add_trace(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A processor of structlog: each line says to which work it belongs."""
    if (trace := _of_request.get()) is not None:
        event.setdefault("trace_id", trace.trace_id)
        event.setdefault("span_id", trace.span_id)
    return event
