"""Refuses requests that were meant for another host."""

from collections.abc import Awaitable, Sequence

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.problems import WrongHost
from chassis.web.errors.problem_response import problem_response
from chassis.web.routing.matched_route import first_segment


class HostsMiddleware:
    """Compares the `Host` header; probes ask by address, so health answers to any name."""

    def __init__(self, app: ASGIApp, *, hosts: Sequence[str]) -> None:
        """`*.shop.example` is any host below it."""
        self.app = app
        self.names = frozenset(host.lower() for host in hosts)
        self.suffixes = tuple(name[1:] for name in self.names if name.startswith("*."))

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] in {"http", "websocket"} and not self._is_ours(scope):
            return problem_response(WrongHost(), scope)(scope, receive, send)
        return self.app(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        if first_segment(scope) == "health":
            return True
        name = _without_port(Headers(scope=scope).get("host", "").lower())
        return name in self.names or (bool(self.suffixes) and name.endswith(self.suffixes))


def _without_port(host: str) -> str:
    if host.startswith("["):  # [::1]:8000
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]
