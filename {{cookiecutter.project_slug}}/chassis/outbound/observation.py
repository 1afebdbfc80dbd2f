"""What is told of the calls to one upstream: metrics, spans, log lines, and how it stands."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from logging import INFO, WARNING
from time import monotonic, perf_counter
from typing import Protocol

import structlog

from chassis.observability.queries import current_queries
from chassis.observability.trace_context import TraceContext, current_trace, next_in_trace
from chassis.outbound.problems import (
    UpstreamFull,
    UpstreamProblem,
    UpstreamTimeout,
    UpstreamUnavailable,
    UrlNotPublic,
)

OK, REFUSED, CANCELLED = "ok", "refused", "cancelled"
OURS = {"full", "late"}
"""The upstream was not asked: as many calls as may be were under way, or the request was late."""
CLIENT_ERRORS = range(400, 500)


class Recorder(Protocol):
    """Counts the calls to one upstream."""

    def begun(self) -> None: ...

    def ended(self, outcome: str, seconds: float) -> None: ...

    def sent_again(self) -> None: ...


class Span(Protocol):
    """Of one request that is sent, until the end of a block."""

    @property
    def context(self) -> TraceContext: ...

    def answered(self, status: int) -> None: ...


SpanOf = Callable[[str], AbstractContextManager[Span]]
"""Of a request by this method."""


class Observation:
    """Of one upstream. A recorder or spans that are None are off."""

    def __init__(
        self, upstream: str, recorder: Recorder | None = None, span_of: SpanOf | None = None
    ) -> None:
        self.upstream = upstream
        self.span_of = span_of
        self._recorder = recorder
        self.succeeded_at: float | None = None
        """On the clock of `time.monotonic`; that is when it last did what it should."""
        self.failed_at: float | None = None
        self.warns = False
        """Of calls while the request holds a connection, where those are counted."""

    def begun(self) -> float:
        if self.warns:
            self._warn_of_held()
        if self._recorder is not None:
            self._recorder.begun()
        return perf_counter()

    def succeeded(self, begun: float) -> None:
        self.succeeded_at = monotonic()
        self._ended(OK, begun)

    def failed(self, begun: float, problem: UpstreamProblem) -> None:
        """A refusal is an answer too: whoever gives it works, and who asked may expect it."""
        outcome = outcome_of(problem)
        if outcome == REFUSED:
            self.succeeded_at = monotonic()
        elif outcome not in OURS:
            self.failed_at = monotonic()
        self._ended(outcome, begun)
        structlog.get_logger().log(
            INFO if outcome == REFUSED else WARNING,
            "call failed",
            upstream=self.upstream,
            outcome=outcome,
            because=str(problem.because),
            duration_ms=round((perf_counter() - begun) * 1000, 2),
        )

    def cancelled(self, begun: float) -> None:
        self._ended(CANCELLED, begun)

    def sent_again(self, problem: UpstreamProblem, pause: float) -> None:
        if self._recorder is not None:
            self._recorder.sent_again()
        structlog.get_logger().info(
            "calling again",
            upstream=self.upstream,
            because=str(problem.because),
            after_seconds=round(pause, 3),
        )

    def _warn_of_held(self) -> None:
        if (queries := current_queries()) is not None and queries.held:
            structlog.get_logger().warning(
                "a connection to the database is held during a call",
                upstream=self.upstream,
                change="call before the first statement, or after COMMIT: docs/calling-others.md",
            )

    def _ended(self, outcome: str, begun: float) -> None:
        if self._recorder is not None:
            self._recorder.ended(outcome, perf_counter() - begun)


def outcome_of(problem: UpstreamProblem) -> str:
    """One word, for a label."""
    if isinstance(problem, UpstreamFull):
        return "full"
    if isinstance(problem, UpstreamTimeout):
        return "timeout" if problem.sent else "late"
    if isinstance(problem, UpstreamUnavailable):
        return "unavailable"
    is_ours = isinstance(problem, UrlNotPublic) or problem.answered in CLIENT_ERRORS
    return REFUSED if is_ours else "failed"


def next_header() -> str:
    """`traceparent` of a request without a span: new work, in the trace of what sends it."""
    return next_in_trace(current_trace()).header()
