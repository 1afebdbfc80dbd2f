"""All routes of a service, those of applications that are mounted in it among them."""

from collections.abc import Iterable, Iterator

from fastapi.routing import RouteContext, iter_route_contexts
from starlette.routing import BaseRoute, Host, Mount


def every_route(routes: Iterable[BaseRoute]) -> Iterator[tuple[str, RouteContext]]:
    """Each with its path from the outside."""
    for route in iter_route_contexts(list(routes)):
        original = route.original_route
        if isinstance(original, Mount):
            for path, inner in every_route(original.routes):
                yield f"{route.path}{path}", inner
        elif isinstance(original, Host):
            yield from every_route(original.routes)
        else:
            yield route.path or "", route
