"""Gives each request its place in a trace: on its log lines and in its response."""

from collections.abc import Awaitable

from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.observability.trace_context import TraceContext, begin_trace, next_in_trace, parent_in
from chassis.web.middleware.exchange import Exchange


class TraceMiddleware:
    """Continues the trace of a valid `traceparent`, or starts one; answers `traceresponse`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] not in {"http", "websocket"}:
            return self.app(scope, receive, send)
        state = scope.setdefault("state", {})
        trace: TraceContext = state.get("trace") or next_in_trace(parent_in(scope["headers"]))
        state["trace"] = trace
        begin_trace(trace)
        exchange, send = Exchange.of(scope, send)
        exchange.headers.append((b"traceresponse", trace.header().encode()))
        return self.app(scope, receive, send)
