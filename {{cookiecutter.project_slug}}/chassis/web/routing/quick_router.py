"""Finds the route that FastAPI would find, without trying all of them in turn."""

from collections.abc import Iterable, Iterator
from copy import copy
from operator import attrgetter
from typing import Any

from fastapi.routing import APIRoute, APIRouter, RouteContext, iter_route_contexts
from starlette._utils import get_route_path
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.web.routing.lean_route import LeanRoute
from chassis.web.routing.path_index import ByStart
from chassis.web.routing.plain import is_plain

VERSION = attrgetter("_routes_version")
"""A router counts each route that is added to it."""


class QuickRouter:
    """In the place of `router.middleware_stack`, which is what a router calls."""

    def __init__(self, router: APIRouter) -> None:
        self._router = router
        self._routes: list[BaseRoute] | None = None
        self._included: list[APIRouter] = []
        self._version = 0
        self._ways = ByStart[Way, list[Way]]([], list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._way(scope)(scope, receive, send)

    def _way(self, scope: Scope) -> ASGIApp:
        """What answers: FastAPI's router as it is, unless one route matches in full."""
        if scope["type"] != "http":
            return self._router.app
        scope.setdefault("router", self._router)
        self._keep_up()
        for way in self._ways.at(get_route_path(scope)):
            if not way.is_known:
                break
            match, found = way.matches(scope)
            if match is Match.FULL:
                return way.taken(scope, found)
        return self._router.app

    def _keep_up(self) -> None:
        version = sum(map(VERSION, self._included))
        if version == self._version and self._router.routes == self._routes:
            return
        self._routes = list(self._router.routes)
        self._included = list(_included(self._routes))
        self._version = sum(map(VERSION, self._included))
        ways = [Way(it, self._alone(entry)) for entry, it in _effective(self._routes)]
        known = ((way.route.path or "" if way.is_known else "", way) for way in ways)
        self._ways = ByStart(known, list)

    def _alone(self, entry: BaseRoute) -> ASGIApp:
        """FastAPI's router, had it no other entry."""
        router = copy(self._router)
        router.routes = [entry]
        return router.app


class Way:
    """To one route: lean where that is plain, else by FastAPI's router."""

    def __init__(self, route: RouteContext, usual: ASGIApp) -> None:
        original = route.original_route
        self.route = route
        self.is_known = not isinstance(original, APIRoute) or _matches_as_usual(original)
        """Else the route itself says what it matches, and FastAPI has to ask it."""
        # Read once: a context looks each of them up.
        self.matches = route.matches
        self._original = original
        self._effective = route._route_context  # noqa: SLF001  what FastAPI leaves in the scope
        self._usual = usual
        self._lean = LeanRoute(route) if self.is_known and is_plain(route) else None

    def taken(self, scope: Scope, found: Scope) -> ASGIApp:
        if self._lean is None or not self._lean.answers(scope):
            return self._usual
        scope.update(found, route=self._original)
        if self._effective is not None:
            scope.setdefault("fastapi", {})["effective_route_context"] = self._effective
        return self._lean


def _matches_as_usual(route: APIRoute) -> bool:
    return type(route).matches is APIRoute.matches


def _effective(entries: Iterable[BaseRoute]) -> Iterator[tuple[BaseRoute, RouteContext]]:
    """Every route as it is with all that includes it, and the router's entry that it is in."""
    for entry in entries:
        for route in iter_route_contexts([entry]):
            yield entry, route


def _included(entries: Iterable[Any]) -> Iterator[APIRouter]:
    for entry in entries:
        router = getattr(entry, "original_router", None)
        if router is not None:
            yield router
            yield from _included(router.routes)
