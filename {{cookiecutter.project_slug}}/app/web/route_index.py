"""Finds routes by the fixed start of their paths: hundreds need not be tried in turn."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from operator import itemgetter
from typing import Generic, TypeVar

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

Item = TypeVar("Item")
Found = TypeVar("Found")


class ByStart(Generic[Item, Found]):
    """Items of paths such as `/v1/products/{product_id}`; one of the path "" may be at any."""

    def __init__(
        self, items: Iterable[tuple[str, Item]], made: Callable[[list[Item]], Found]
    ) -> None:
        numbered = defaultdict[str, list[tuple[int, Item]]](list)
        for number, (path, item) in enumerate(items):
            numbered[_fixed_start(path)].append((number, item))
        known = {"", *numbered}
        self._depth = max(start.count("/") for start in known) + 1
        self._found = {start: made(_in_order(start, numbered)) for start in known}

    def at(self, path: str) -> Found:
        """What was made of all that may be at this path, in their order."""
        segments = path.removesuffix("\n").split("/", self._depth)  # as patterns let it pass
        start = "/".join(segments[: self._depth])
        while start not in self._found:
            start = start.rpartition("/")[0]
        return self._found[start]


def _fixed_start(path: str) -> str:
    """Whole segments: `/v1/products`, of itself and of `/v1/products/{product_id}`."""
    start, parameter, _ = path.partition("{")
    return start.rpartition("/")[0] if parameter else path


def _in_order(start: str, numbered: dict[str, list[tuple[int, Item]]]) -> list[Item]:
    segments = start.split("/")
    beginnings = {"/".join(segments[:number]) for number in range(len(segments) + 1)}
    held = [it for beginning in beginnings for it in numbered.get(beginning, [])]
    return [item for _, item in sorted(held, key=itemgetter(0))]


class RouteIndex:
    """Has a router try the routes alone that may be at a path, in their order.

    As `router.middleware_stack`, which is what a router calls.
    """

    def __init__(self, router: APIRouter) -> None:
        self._router = router
        self._indexed: list[BaseRoute] = []
        self._routers = ByStart([], self._with)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("router", self._router)
        await self._for(scope).app(scope, receive, send)

    def _for(self, scope: Scope) -> APIRouter:
        if self._router.redirect_slashes or scope.get("root_path") or "path" not in scope:
            return self._router
        if self._router.routes != self._indexed:
            self._indexed = list(self._router.routes)
            self._routers = ByStart(map(_with_path, self._indexed), self._with)
        return self._routers.at(scope["path"])

    def _with(self, routes: Sequence[BaseRoute]) -> APIRouter:
        router = copy(self._router)
        router.routes = list(routes)
        return router


def _with_path(route: BaseRoute) -> tuple[str, BaseRoute]:
    """Another kind of route decides itself what it matches."""
    if isinstance(route, Route) and type(route) in {APIRoute, Route}:
        return route.path, route
    return "", route
