"""Which limit a request falls under: that of its route, or the default."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from fastapi.routing import RouteContext
from limits import RateLimitItem, parse
from starlette.routing import BaseRoute
from starlette.types import Scope

from chassis.web.routing.matched_route import path_in_service
from chassis.web.routing.route_table import SOCKET, RouteTable, method_of

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

MARK = "__rate_limit__"


@dataclass(frozen=True)
class Policy:
    name: str
    limit: RateLimitItem

    @cached_property
    def header(self) -> tuple[bytes, bytes]:
        told = f'"{self.name}";q={self.limit.amount};w={self.limit.get_expiry()}'
        return b"ratelimit-policy", told.encode()


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
    """The limits of an application's routes."""

    def __init__(self, routes: Iterable[BaseRoute], default: str) -> None:
        self._default = Policy("default", parse(default))
        self._table = RouteTable(routes, _policy)

    def of(self, scope: Scope) -> Policy:
        if not self._table.values:
            return self._default
        return self._table.at(path_in_service(scope), method_of(scope)) or self._default


def _policy(route: RouteContext) -> Policy | None:
    item = getattr(route.endpoint, MARK, None)
    methods = (route.methods or {SOCKET}) - {"HEAD"}
    name = f"{'/'.join(sorted(methods))} {route.path}"
    return Policy(name, item) if item else None
