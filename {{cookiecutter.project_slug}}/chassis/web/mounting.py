"""Applications that are mounted in the service, `app.mount("/admin", admin)`.

Sessions and all else that the service holds they find by themselves: `service_of`.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.exception_handlers import (
    http_exception_handler,
    request_validation_exception_handler,
    websocket_request_validation_exception_handler,
)
from fastapi.routing import iter_route_contexts
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.routing import BaseRoute, Host, Mount

from chassis.web.openapi import describe_api

FASTAPIS_OWN = {
    http_exception_handler,
    request_validation_exception_handler,
    websocket_request_validation_exception_handler,
}
SERVER_ERRORS = {500, Exception}


def adopt_mounted(app: FastAPI) -> None:
    """Let all that is mounted by now answer errors as the service does. Any number of times.

    A handler of exceptions that a mounted application has of its own stays.
    """
    for mounted in _applications(app.routes):
        _share_handlers(app.exception_handlers, mounted.exception_handlers)
        stack: Any = mounted.build_middleware_stack()
        # What nobody handles is logged and answered in one place, which is the service's.
        is_last_resort = isinstance(stack, ServerErrorMiddleware)
        mounted.middleware_stack = stack.app if is_last_resort else stack
        if isinstance(mounted, FastAPI):
            describe_api(mounted)


def _applications(routes: Iterable[BaseRoute]) -> Iterator[Starlette]:
    """Within middleware, and within one another, too."""
    for route in iter_route_contexts(list(routes)):
        app: Any = route.original_route
        if not isinstance(app, Mount | Host):
            continue
        while not isinstance(app, Starlette) and hasattr(app, "app"):
            app = app.app
        if isinstance(app, Starlette):
            yield app
            yield from _applications(app.routes)


def _share_handlers(handlers: dict[Any, Any], own: dict[Any, Any]) -> None:
    replaceable = {*FASTAPIS_OWN, *handlers.values()}
    taken = {kind for kind, handler in own.items() if handler not in replaceable}
    own.update({kind: it for kind, it in handlers.items() if not _handles(taken, kind)})


def _handles(taken: set[Any], kind: Any) -> bool:
    """Whether one of these handlers would be asked, if it were not for another."""
    if kind in SERVER_ERRORS:
        return bool(taken & SERVER_ERRORS)
    if isinstance(kind, int):  # Starlette asks for the status first
        return kind in taken or any(map(_is_http, taken))
    return bool(taken & ({*kind.__mro__} - {Exception}))


def _is_http(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, HTTPException)
