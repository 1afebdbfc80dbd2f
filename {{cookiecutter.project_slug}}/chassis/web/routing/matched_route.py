"""What a request matched, and what it could have matched."""

from collections.abc import Iterable

from fastapi.routing import RouteContext, iter_route_contexts
from starlette._utils import get_route_path
from starlette.routing import BaseRoute, Mount, WebSocketRoute
from starlette.types import Scope


def route_template(scope: Scope) -> str | None:
    """`/v1/products/{product_id}`, with every prefix and mount; None when nothing matched."""
    if "endpoint" not in scope:
        return None
    if "app_root_path" not in scope:
        context = scope.get("fastapi", {}).get("effective_route_context")
        template: str | None = getattr(context or scope.get("route"), "path", None)
        if template:
            return template
    # Of a mount, or of a route that is no part of the API: Starlette does not note them.
    return _template_at(path_in_service(scope), scope["router"].routes, scope)


def path_in_service(scope: Scope) -> str:
    """Without what the service as a whole is below; what a mount is below stays."""
    root_path = scope.get("app_root_path", scope.get("root_path", ""))
    return get_route_path({"path": scope["path"], "root_path": root_path})


def _template_at(path: str, routes: Iterable[BaseRoute], scope: Scope) -> str | None:
    matching = [it for it in iter_route_contexts(list(routes)) if _is_at(path, it, scope)]
    if not matching:
        return None
    found = next((it for it in matching if _takes(scope.get("method"), it)), matching[0])
    mount = found.original_route
    if not isinstance(mount, Mount):
        return found.path
    rest = "/" + found.path_regex.match(path)["path"]
    return f"{found.path}{_template_at(rest, mount.routes, scope) or '/{path}'}"


def _is_at(path: str, route: RouteContext, scope: Scope) -> bool:
    of_socket = isinstance(route.original_route, WebSocketRoute)
    is_mount = isinstance(route.original_route, Mount)
    fits = is_mount or of_socket == (scope["type"] == "websocket")
    return fits and route.path is not None and bool(route.path_regex.match(path))


def _takes(method: str | None, route: RouteContext) -> bool:
    methods = answered_methods(route)
    return not methods or method in methods


def first_segment(scope: Scope) -> str:
    """`health` of `/health/live`."""
    return path_in_service(scope).removeprefix("/").partition("/")[0]


def allowed_methods(scope: Scope) -> list[str]:
    """Of all routes at this path; the framework names those of the first one only."""
    allowed: set[str] = set()
    path = get_route_path(scope)
    for route in iter_route_contexts(scope["app"].routes):
        if route.path and route.methods and route.path_regex.match(path):
            allowed |= route.methods
    return sorted(allowed | {"HEAD"} if "GET" in allowed and "answers_head" in scope else allowed)


def answered_methods(route: RouteContext) -> set[str] | None:
    """With HEAD wherever there is GET: `middleware/head.py` does that. None are all."""
    methods = route.methods
    return methods | {"HEAD"} if methods and "GET" in methods else methods
