"""Refuses, at start, a `Session` where there is no request that it could end with.

In a WebSocket it would hold a connection and a transaction as long as the client likes to stay;
in what is streamed it is closed before the first value.
"""

from collections.abc import Iterable, Iterator
from inspect import isasyncgenfunction, isgeneratorfunction
from typing import Any, get_args

from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext
from starlette.responses import StreamingResponse
from starlette.routing import BaseRoute, WebSocketRoute

from chassis.web.named_databases import session_of
from chassis.web.routing.every_route import every_route
from chassis.web.sessions import Session

ADVICE = "open one for each piece of work, `async with database.transaction()` of CurrentDatabase"
OWN_SESSION = get_args(Session)[1].dependency
NAMED_SESSION: type[Any] = type(session_of("any").dependency)


def refuse_held_sessions(routes: Iterable[BaseRoute]) -> None:
    """Raises TypeError, which the server tells in one line."""
    for path, route in every_route(routes):
        what, dependant = _outliving(route), getattr(route, "dependant", None)
        if what and dependant is not None and any(_sessions(dependant)):
            message = f"{path} is {what} and cannot take a session: {ADVICE}"
            raise TypeError(message)


def _outliving(route: RouteContext) -> str | None:
    if isinstance(route.original_route, WebSocketRoute):
        return "a WebSocket"
    yields = isasyncgenfunction(route.endpoint) or isgeneratorfunction(route.endpoint)
    return "a stream" if yields or _returns_a_stream(route) else None


def _returns_a_stream(route: RouteContext) -> bool:
    """Whether it says so, by its return type or its response class."""
    told = getattr(route.endpoint, "__annotations__", {}).get("return")
    declared = [told, getattr(route, "response_class", None)]
    return any(isinstance(it, type) and issubclass(it, StreamingResponse) for it in declared)


def _sessions(dependant: Dependant) -> Iterator[Dependant]:
    if dependant.call is OWN_SESSION or isinstance(dependant.call, NAMED_SESSION):
        yield dependant
    for part in dependant.dependencies:
        yield from _sessions(part)
