"""Routes that no request reaches, because one that was added before takes them all."""

from collections.abc import Iterable, Iterator

import structlog
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.convertors import FloatConvertor, IntegerConvertor, PathConvertor, UUIDConvertor
from starlette.routing import BaseRoute

EXAMPLES = {
    IntegerConvertor: "1",
    FloatConvertor: "1.5",
    UUIDConvertor: "00000000-0000-4000-8000-000000000000",
    PathConvertor: "/".join("abcdefghi"),
}


def tell_shadows(routes: Iterable[BaseRoute]) -> None:
    for hidden, by in shadows(routes):
        structlog.get_logger().warning(
            "a route is never reached: move it before the other", route=hidden, taken_by=by
        )


def shadows(routes: Iterable[BaseRoute]) -> Iterator[tuple[str, str]]:
    """The hidden route and the one that hides it, such as `GET /orders/overdue`."""
    contexts = [it for it in iter_route_contexts(list(routes)) if _is_of_api(it)]
    for number, route in enumerate(contexts):
        by = next((before for before in contexts[:number] if _hides(before, route)), None)
        if by is not None:
            yield _named(route), _named(by)


def _is_of_api(route: RouteContext) -> bool:
    return isinstance(route.original_route, APIRoute)


def _hides(other: RouteContext, route: RouteContext) -> bool:
    """A parameter takes the text of another one, `{order_id}`, as it would take a word."""
    methods = set(route.methods or ())
    return methods <= set(other.methods or ()) and bool(other.path_regex.match(_example(route)))


def _example(route: RouteContext) -> str:
    """A path that it takes; of `{file:path}` one so deep that only such a parameter takes it."""
    path = str(route.path_format)
    for name, convertor in route.param_convertors.items():
        path = path.replace(f"{{{name}}}", EXAMPLES.get(type(convertor), f"{{{name}}}"))
    return path


def _named(route: RouteContext) -> str:
    return f"{'/'.join(sorted(route.methods or ()))} {route.path}"
