"""Which route a request matched; FastAPI keeps it where `scope["route"]` does not tell all."""

from collections.abc import Iterable

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, compile_path
from starlette.types import Scope


def route_template(scope: Scope) -> str | None:
    """`/v1/products/{product_id}`, with every prefix; None when nothing matched."""
    context = scope.get("fastapi", {}).get("effective_route_context")
    template: str | None = getattr(context or scope.get("route"), "path", None)
    return template


def allowed_methods(routes: Iterable[BaseRoute], path: str) -> list[str]:
    """Of all routes at this path; the framework names those of the first one only."""
    allowed: set[str] = set()
    for route in iter_route_contexts(list(routes)):
        if route.path and route.methods and compile_path(route.path)[0].match(path):
            allowed |= route.methods
    return sorted(allowed)
