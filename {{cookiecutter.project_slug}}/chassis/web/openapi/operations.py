"""What the document says of a request, beside the route that answers it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.routing import BaseRoute


@dataclass(frozen=True)
class Operation:
    path: str
    method: str
    """In lower case, as in the document."""
    route: RouteContext
    """With all that the routers around it add."""
    told: dict[str, Any]
    """In the document, to be completed."""


def operations_of(paths: Mapping[str, Any], routes: Iterable[BaseRoute]) -> Iterator[Operation]:
    """In the order of the document."""
    known = {
        (route.path_format, method.lower()): route  # of two that say the same, the last is told
        for route in iter_route_contexts(list(routes))
        if isinstance(route.original_route, APIRoute) and route.include_in_schema
        for method in route.methods or ()
    }
    for path, operations in paths.items():
        for method, told in operations.items():
            yield Operation(path, method, known[path, method], told)
