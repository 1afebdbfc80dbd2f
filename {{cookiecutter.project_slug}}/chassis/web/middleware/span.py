"""Makes a span of each request and WebSocket, where spans are exported; else not in the stack."""

from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.auth.principal import PRINCIPAL
from chassis.observability.trace_context import parent_in
from chassis.web.middleware.exchange import UNANSWERED, Exchange
from chassis.web.routing.matched_route import route_template
from chassis.web.routing.told_path import told_path

if TYPE_CHECKING:
    from chassis.observability.spans import Spans


class SpanMiddleware:
    """Notes the span's ids for the trace middleware, which stands inside of it."""

    def __init__(self, app: ASGIApp, spans: "Spans") -> None:
        self.app = app
        self.spans = spans

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        exchange, send = Exchange.of(scope, send)
        with self.spans.request(scope, parent_in(scope["headers"])) as span:
            scope.setdefault("state", {})["trace"] = span.context
            try:
                await self.app(scope, receive, send)
            finally:
                route = route_template(scope)
                span.answered(exchange.status or UNANSWERED, route)
                if (principal := scope["state"].get(PRINCIPAL)) is not None:
                    span.called_by(principal.id)
                _hide_path(scope, told_path(scope, route))
                if exchange.failed:
                    span.failed()


def _hide_path(scope: Scope, told: str) -> None:
    """The span has it from its beginning, when nobody knew the route."""
    if told != scope["path"]:
        from opentelemetry import trace  # noqa: PLC0415  not installed where no spans are made

        trace.get_current_span().set_attribute("url.path", told)
