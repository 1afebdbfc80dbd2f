"""Routes: added so that a request finds them quickly, and found again by what a request matched."""

from collections.abc import Iterable
from copy import copy

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts, request_response
from starlette.routing import BaseRoute, compile_path
from starlette.types import Scope

from app.web.queries import reading_at_once


def add_routes(app: FastAPI, router: APIRouter) -> None:
    """`app.include_router` without its wrapper, which matches each request twice.

    Copies, so that each application has its own `dependency_overrides`.
    """
    for route in router.routes:
        added = copy(route)
        if isinstance(added, APIRoute):
            added.dependency_overrides_provider = app
            added.app = request_response(_run(added).get_route_handler())
            if added.methods and "GET" in added.methods:
                added.methods = added.methods | {"HEAD"}  # the server sends it without the body
        app.router.routes.append(added)


def _run(route: APIRoute) -> APIRoute:
    """As it runs; the route itself stays as it is documented."""
    run = copy(route)
    run.dependant = reading_at_once(route.dependant)
    return run


def without_head(route: BaseRoute) -> BaseRoute:
    """For documentation, where GET says it all."""
    if not isinstance(route, APIRoute) or not route.methods or "GET" not in route.methods:
        return route
    documented = copy(route)
    documented.methods = route.methods - {"HEAD"}
    return documented


def route_template(scope: Scope) -> str | None:
    """`/v1/products/{product_id}`, with every prefix; None when nothing matched."""
    context = scope.get("fastapi", {}).get("effective_route_context")
    template: str | None = getattr(context or scope.get("route"), "path", None)
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
        if route.path and route.methods and compile_path(route.path)[0].match(path):
            allowed |= route.methods
    return sorted(allowed)
