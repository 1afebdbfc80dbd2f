"""Which limit a request falls under: that of its route, or the default."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from fastapi.routing import iter_route_contexts
from limits import RateLimitItem, parse
from starlette.routing import BaseRoute, WebSocketRoute, compile_path
from starlette.types import Scope

from app.web.route_index import ByStart

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

MARK = "__rate_limit__"
SOCKET = "WEBSOCKET"
"""Where others have a method: a handshake is no GET of a route at the same path."""


@dataclass(frozen=True)
class Policy:
    name: str
    limit: RateLimitItem

    @cached_property
    def header(self) -> tuple[bytes, bytes]:
        told = f'"{self.name}";q={self.limit.amount};w={self.limit.get_expiry()}'
        return b"ratelimit-policy", told.encode()


class _Row(NamedTuple):
    path: re.Pattern[str]
    methods: frozenset[str]
    policy: Policy | None


def limited(limit: str) -> Callable[[Endpoint], Endpoint]:
    """Give a route a limit of its own, in place of the default: `@limited("5/minute")`.

    Stands below `@router.post(...)`, or `@router.websocket(...)`. Raises ValueError when the limit
    cannot be read.
    """
    item = parse(limit)

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, MARK, item)
        return endpoint

    return mark


class Policies:
    """The limits of an application, found by path and method as its router would find the route."""

    def __init__(self, routes: Iterable[BaseRoute], default: str) -> None:
        self._default = Policy("default", parse(default))
        rows = list(_rows(routes))
        self._limited = any(row.policy for _, row in rows)
        self._rows = ByStart(rows if self._limited else [], tuple)

    def of(self, scope: Scope) -> Policy:
        if not self._limited:
            return self._default
        for row in self._rows.at(scope["path"]):
            if scope.get("method", SOCKET) in row.methods and row.path.match(scope["path"]):
                return row.policy or self._default
        return self._default


def _rows(routes: Iterable[BaseRoute]) -> Iterable[tuple[str, _Row]]:
    for route in iter_route_contexts(list(routes)):
        methods = route.methods
        if isinstance(route.original_route, WebSocketRoute):
            methods = {SOCKET}
        if route.path and methods:
            item = getattr(route.endpoint, MARK, None)
            name = f"{'/'.join(sorted(methods - {'HEAD'}))} {route.path}"
            policy = Policy(name, item) if item else None
            yield route.path, _Row(compile_path(route.path)[0], frozenset(methods), policy)
