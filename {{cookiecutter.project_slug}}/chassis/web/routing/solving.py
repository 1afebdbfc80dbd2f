"""What a request's handler depends on, as FastAPI would find it, without looking twice.

FastAPI's own `solve_dependencies` reads query, headers and cookies for each dependency, and asks
what kind of callable each one is, and does so again for the next request.
"""

from typing import Any, cast

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant, _get_cache_key, _is_async_gen_callable
from fastapi.dependencies.utils import (
    _solve_generator,
    request_body_to_args,
    request_params_to_args,
)

Values = dict[str, Any]
REQUEST_STACK, FUNCTION_STACK = "fastapi_inner_astack", "fastapi_function_astack"
"""Where FastAPI keeps what closes after the answer, and what closes before it."""


class Solving:
    """One request's share: what was found so far."""

    __slots__ = ("body", "errors", "found", "request", "response")

    def __init__(self, request: Request, body: object) -> None:
        self.request = request
        self.body = body
        self.errors: list[Any] = []
        self.found: dict[object, Any] = {}
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
        self._dependant = dependant
        self._key = _get_cache_key(dependant=dependant)
        self._is_opened = _is_async_gen_callable(self.call)
        self._stack = FUNCTION_STACK if dependant.scope == "function" else REQUEST_STACK
        self.opens_something: bool = self._is_opened or any(
            it.opens_something for it in self.dependencies
        )
        """Whether there is anything to close."""
        self.is_found_once: bool = dependant.use_cache and all(
            it.is_found_once for it in self.dependencies
        )
        """Whether neither it nor what it depends on is wanted anew each time."""
        sources = {
            "path_params": dependant.path_params,
            "query_params": dependant.query_params,
            "headers": dependant.header_params,
            "cookies": dependant.cookie_params,
        }
        self._fields = [(source, fields) for source, fields in sources.items() if fields]
        self._body_fields = dependant.body_params
        self._embed_body = embed_body
        names = (dependant.http_connection_param_name, dependant.request_param_name)
        self._request_names = [name for name in names if name]
        self._response_name = dependant.response_param_name

    async def value(self, solving: Solving) -> Any:
        """What it raises ends the request. None where input is invalid."""
        if self.is_found_once and self._key in solving.found:
            return solving.found[self._key]
        errors = len(solving.errors)
        arguments = await self.arguments(solving)
        if len(solving.errors) > errors:
            return None
        if self._dependant.use_cache and self._key in solving.found:
            return solving.found[self._key]
        value = await self._made(arguments, solving.request)
        solving.found.setdefault(self._key, value)
        return value

    async def _made(self, arguments: Values, request: Request) -> Any:
        if not self._is_opened:
            return await self.call(**arguments)
        return await _solve_generator(
            dependant=self._dependant,
            stack=request.scope[self._stack],
            sub_values=arguments,
            request=request,
        )

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
