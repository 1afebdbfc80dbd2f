"""What a request's handler depends on, as FastAPI would find it, without looking twice.

FastAPI's own `solve_dependencies` reads query, headers and cookies for each dependency, and asks
what kind of callable each one is, and does so again for the next request.
"""

from contextlib import AsyncExitStack, asynccontextmanager
from inspect import isasyncgenfunction, iscoroutinefunction
from typing import Any, cast

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_body_to_args, request_params_to_args

Values = dict[str, Any]


class Solving:
    """One request's share: what was found so far, and what has to be closed."""

    __slots__ = ("body", "errors", "found", "request", "response", "stacks")

    def __init__(self, request: Request, body: object) -> None:
        self.request = request
        self.body = body
        self.errors: list[Any] = []
        self.found: dict[object, Any] = {}
        self.stacks: dict[str, AsyncExitStack] = {}
        self.response: Response | None = None
        """Where a handler or a dependency has asked for one: its headers are for the answer."""

    def needed_response(self) -> Response:
        if self.response is None:
            self.response = Response()
            self.response.raw_headers = []
            self.response.status_code = cast("int", None)
        return self.response


class Dependency:
    """A callable, and what its parameters are."""

    def __init__(self, dependant: Dependant, *, embed_body: bool = False) -> None:
        self.call: Any = dependant.call
        self.name = dependant.name
        self.dependencies = [Dependency(it, embed_body=embed_body) for it in dependant.dependencies]
        self._opens = asynccontextmanager(self.call) if isasyncgenfunction(self.call) else None
        self._scope = dependant.scope or ("request" if self._opens else "")
        self._key = (self.call, self._scope)
        self._use_cache = dependant.use_cache
        sources = {
            "path_params": dependant.path_params,
            "query_params": dependant.query_params,
            "headers": dependant.header_params,
            "cookies": dependant.cookie_params,
        }
        self._fields = [(source, fields) for source, fields in sources.items() if fields]
        self._body_fields = dependant.body_params
        self._embed_body = embed_body
        names = (dependant.request_param_name, dependant.http_connection_param_name)
        self._request_names = [name for name in names if name]
        self._response_name = dependant.response_param_name

    def opens_something(self) -> bool:
        """Whether there is anything to close."""
        return self._opens is not None or any(it.opens_something() for it in self.dependencies)

    async def value(self, solving: Solving) -> Any:
        """Once for each request; what it raises ends the request. None where input is invalid."""
        if self._use_cache and self._key in solving.found:
            return solving.found[self._key]
        errors = len(solving.errors)
        arguments = await self.arguments(solving)
        if len(solving.errors) > errors:
            return None
        value = await self._made(arguments, solving)
        solving.found.setdefault(self._key, value)
        return value

    async def _made(self, arguments: Values, solving: Solving) -> Any:
        if self._opens is None:
            return await self.call(**arguments)
        stack = solving.stacks[self._scope]
        return await stack.enter_async_context(self._opens(**arguments))

    async def arguments(self, solving: Solving) -> Values:
        """To call it with, unless `solving.errors` has grown."""
        values: Values = {}
        for dependency in self.dependencies:
            value = await dependency.value(solving)
            if dependency.name is not None:
                values[dependency.name] = value
        for source, fields in self._fields:
            received = getattr(solving.request, source)
            _take(request_params_to_args(fields, received), values, solving)
        if self._body_fields:
            found = await request_body_to_args(
                self._body_fields, solving.body, embed_body_fields=self._embed_body
            )
            _take(found, values, solving)
        for name in self._request_names:
            values[name] = solving.request
        if self._response_name:
            values[self._response_name] = solving.needed_response()
        return values


def _take(found: tuple[Values, list[Any]], values: Values, solving: Solving) -> None:
    values.update(found[0])
    solving.errors += found[1]


def has_lean_dependencies(dependant: Dependant) -> bool:
    """Whether a `Dependency` knows all that it asks for; threads, for one, are FastAPI's matter."""
    call = dependant.call
    known = iscoroutinefunction(call) or isasyncgenfunction(call) or _is_coroutine_object(call)
    unknown = (
        dependant.background_tasks_param_name
        or dependant.security_scopes_param_name
        or dependant.own_oauth_scopes
        or dependant.concurrency
    )
    return known and not unknown and all(has_lean_dependencies(it) for it in dependant.dependencies)


def _is_coroutine_object(call: Any) -> bool:
    return iscoroutinefunction(type(call).__call__)
