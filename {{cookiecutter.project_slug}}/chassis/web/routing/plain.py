"""Which routes are plain: all that FastAPI would do for them is known here.

Whatever is not on this list is FastAPI's matter. Each name of FastAPI's that it does not document
has its reason in docs/private-names.md.
"""

from collections.abc import Callable
from inspect import getclosurevars
from typing import Any

from fastapi import routing
from fastapi.datastructures import DefaultPlaceholder
from fastapi.dependencies.models import (
    Dependant,
    _is_async_gen_callable,
    _is_coroutine_callable,
    _is_gen_callable,
)
from fastapi.params import Form
from fastapi.routing import APIRoute, RouteContext


def is_plain(route: RouteContext) -> bool:
    """A coroutine that answers in JSON, to JSON or to no body at all."""
    return (
        isinstance(route.original_route, APIRoute)
        and type(route.original_route).handle is APIRoute.handle
        and _is_handled_by_fastapi(route.app)
        and isinstance(route.response_class, DefaultPlaceholder)
        and not (route.body_field and isinstance(route.body_field.field_info, Form))
        and _is_coroutine(route.endpoint)
        and _is_coroutine(route.dependant.call)
        and _asks_plainly(route.dependant)
    )


def _is_handled_by_fastapi(app: Any) -> bool:
    """Whether nobody has wrapped or replaced what answers, as tools for tracing do."""
    return (
        _is_made_by("request_response", app)
        and _is_made_by("get_request_handler", getclosurevars(app).nonlocals["f"])
    )  # fmt: skip


def _is_made_by(maker: str, function: Any) -> bool:
    # The name of code survives neither a wrapper nor a replacement, unlike that of a function.
    code = getattr(function, "__code__", None)
    return (
        code is not None
        and code.co_filename == routing.__file__
        and code.co_qualname == f"{maker}.<locals>.app"
    )


def _asks_plainly(dependant: Dependant) -> bool:
    """Whether a `Dependency` knows all that it asks for."""
    return not _asks_for_more(dependant) and all(
        _asks_plainly(it) and _is_called_plainly(it.call) for it in dependant.dependencies
    )


def _is_called_plainly(call: Callable[..., Any] | None) -> bool:
    return _is_coroutine(call) or (_is_async_gen_callable(call) and not _is_gen_callable(call))


def _is_coroutine(call: Callable[..., Any] | None) -> bool:
    """As FastAPI asks, in its order."""
    return not (_is_gen_callable(call) or _is_async_gen_callable(call)) and _is_coroutine_callable(
        call
    )


def _asks_for_more(dependant: Dependant) -> bool:
    return bool(
        dependant.background_tasks_param_name
        or dependant.security_scopes_param_name
        or dependant.own_oauth_scopes
        or dependant.concurrency
    )
