"""What each route takes for a body: its limit in FastAPI's own words, `max_body_size`."""

from typing import NamedTuple

from fastapi import FastAPI
from fastapi.routing import RouteContext

from chassis.web.routing.route_table import RouteTable


class BodyRule(NamedTuple):
    limit: int | None
    """Bytes, where the route, or what includes it, has a limit of its own."""
    is_parsed: bool
    """Whether FastAPI reads the body; else the route reads it by itself, or not at all."""


NOWHERE = BodyRule(None, is_parsed=False)


class BodyRules:
    """Of one application, with the routes that it has by then."""

    def __init__(self, default: int) -> None:
        """`default` is the limit of routes without one of their own."""
        self._default = default
        self._table = RouteTable[BodyRule]([], _rule)
        self._version = -1
        self.surely_allowed = 0
        """Bytes that every route takes; as of the last request that had more."""

    def limit_at(self, app: FastAPI, path: str, method: str) -> int:
        limit = self.at(app, path, method).limit
        return self._default if limit is None else limit

    def at(self, app: FastAPI, path: str, method: str) -> BodyRule:
        version = app.router._get_routes_version()  # noqa: SLF001  FastAPI has no public one
        if version != self._version:
            self._table = RouteTable(app.routes, _rule)
            self._version = version
            limits = [it.limit for it in self._table.values if it.limit is not None]
            self.surely_allowed = min([self._default, *limits])
        return self._table.at(path, method) or NOWHERE


def _rule(route: RouteContext) -> BodyRule:
    limit = getattr(route, "max_body_size", None)
    return BodyRule(limit, is_parsed=getattr(route, "body_field", None) is not None)
