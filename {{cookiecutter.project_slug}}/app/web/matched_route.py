"""What a request matched, and what it could have matched."""

import re
from collections.abc import Iterable
from functools import cache

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, compile_path
from starlette.types import Scope


def route_template(scope: Scope) -> str | None:
    """`/v1/products/{product_id}`, with every prefix; None when nothing matched."""
    context = scope.get("fastapi", {}).get("effective_route_context")
    # Of an included router, a WebSocket and a plain route have a copy with the whole path.
    route = getattr(context, "starlette_route", None) or context or scope.get("route")
    template: str | None = getattr(route, "path", None)
    return template or _of_plain_route(scope)


def _of_plain_route(scope: Scope) -> str | None:
    """Of a route that is no part of the API: Starlette notes its endpoint alone."""
    if (endpoint := scope.get("endpoint")) is None:
        return None
    routes = [r for r in scope["app"].routes if getattr(r, "endpoint", None) is endpoint]
    return next((r.path for r in routes if r.path_regex.match(scope["path"])), None)


def first_segment(scope: Scope) -> str:
    """`health` of `/health/live`."""
    path: str = scope["path"]
    return path.removeprefix("/").partition("/")[0]


def allowed_methods(routes: Iterable[BaseRoute], path: str) -> list[str]:
    """Of all routes at this path; the framework names those of the first one only."""
    allowed: set[str] = set()
    for route in iter_route_contexts(list(routes)):
        if route.path and route.methods and _pattern(route.path).match(path):
            allowed |= route.methods
    return sorted(allowed)


@cache
def _pattern(template: str) -> re.Pattern[str]:
    return compile_path(template)[0]
