"""What middleware wants to know of the route that will answer, before there is one."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

from fastapi.routing import RouteContext, iter_route_contexts
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.types import Scope

from chassis.web.routing.matched_route import answered_methods
from chassis.web.routing.path_index import ByStart

SOCKET = "WEBSOCKET"
"""Where others have a method: a handshake is no GET of a route at the same path."""

Value = TypeVar("Value")
Read = Callable[[RouteContext], Value | None]


class RouteTable(Generic[Value]):
    """A value of each route, found by path and method as the router would find the route."""

    def __init__(self, routes: Iterable[BaseRoute], read: Read[Value]) -> None:
        rows = list(_rows(routes, read))
        self.values = [value for _, row in rows for value in row.values()]
        """Of all routes that have one."""
        self._rows = ByStart(rows if self.values else [], tuple)

    def at(self, path: str, method: str) -> Value | None:
        """None where there is no route, too."""
        for row in self._rows.at(path):
            found = row.path.match(path)
            if found and row.inner is not None:
                return row.inner.at("/" + found["path"], method)
            if found and (row.methods is None or method in row.methods):
                return row.value
        return None


class _Row(NamedTuple, Generic[Value]):
    path: re.Pattern[str]
    methods: set[str] | None
    """None are all."""
    value: Value | None
    inner: RouteTable[Value] | None
    """Of a mount, which answers for all below it."""

    def values(self) -> list[Value]:
        if self.inner is not None:
            return self.inner.values
        return [] if self.value is None else [self.value]


def _rows(routes: Iterable[BaseRoute], read: Read[Value]) -> Iterator[tuple[str, _Row[Value]]]:
    for route in iter_route_contexts(list(routes)):
        original = route.original_route
        if isinstance(original, Mount):
            inner = RouteTable(original.routes, read)
            yield f"{route.path}/{{path}}", _Row(route.path_regex, None, None, inner)
        elif isinstance(original, WebSocketRoute):
            yield route.path or "", _Row(route.path_regex, {SOCKET}, read(route), None)
        elif isinstance(original, Route):
            row = _Row(route.path_regex, answered_methods(route), read(route), None)
            yield route.path or "", row


def method_of(scope: Scope) -> str:
    method: str = scope.get("method", SOCKET)
    return method
