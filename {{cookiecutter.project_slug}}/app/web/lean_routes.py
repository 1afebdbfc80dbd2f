"""How most routes answer: a coroutine, JSON in and out.

FastAPI's own way asks at every request what the route might be, which is half of what a small
request costs. A route that is anything else takes it all the same. See
docs/decisions/0025-lean-routes.md.
"""

from collections.abc import Awaitable
from contextlib import AsyncExitStack
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, cast

from fastapi import FastAPI, Request, Response
from fastapi.datastructures import DefaultPlaceholder
from fastapi.exceptions import (
    EndpointContext,
    FastAPIError,
    RequestValidationError,
    ResponseValidationError,
)
from fastapi.params import Form
from fastapi.routing import APIRoute, request_response
from fastapi.utils import is_body_allowed_for_status_code
from pydantic_core import PydanticUndefined
from starlette.types import ASGIApp, Receive, Scope, Send

from app.web.json_body import read_json
from app.web.queries import reading_at_once
from app.web.solving import Dependency, Solving, has_lean_dependencies

if TYPE_CHECKING:
    from fastapi._compat import ModelField


def app_of(route: APIRoute, app: FastAPI) -> ASGIApp:
    """FastAPI's own while there are `dependency_overrides`, as they may be anything."""
    usual = request_response(route.get_route_handler())
    if not is_lean(route):
        return usual
    lean = LeanRoute(route)

    def run(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        return (usual if app.dependency_overrides else lean)(scope, receive, send)

    return run


def is_lean(route: APIRoute) -> bool:
    return (
        type(route).get_route_handler is APIRoute.get_route_handler
        and isinstance(route.response_class, DefaultPlaceholder)
        and route.response_field is not None
        and not (route.is_sse_stream or route.is_json_stream)
        and not (route.body_field and isinstance(route.body_field.field_info, Form))
        and iscoroutinefunction(route.endpoint)
        and has_lean_dependencies(route.dependant)
    )


class JsonResponse(Response):
    """Of bytes that are JSON already, with the headers that this always has."""

    def init_headers(self, headers: object = None) -> None:  # noqa: ARG002  Starlette's signature
        length = str(len(self.body)).encode()
        self.raw_headers = [(b"content-length", length), (b"content-type", b"application/json")]


class LeanRoute:
    def __init__(self, route: APIRoute) -> None:
        embed = route._embed_body_fields  # noqa: SLF001  FastAPI passes it on
        self._route = route
        self._endpoint = Dependency(reading_at_once(route.dependant), embed_body=embed)
        self._takes_body = route.body_field is not None
        self._field = cast("ModelField", route.response_field)
        self._opens_something = self._endpoint.opens_something()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        body = await read_json(request) if self._takes_body else PydanticUndefined
        solving = Solving(request, body)
        if self._opens_something:
            await self._respond_and_close(solving, scope, receive, send)
        else:
            response = await self._response(solving)
            await response(scope, receive, send)

    async def _respond_and_close(
        self, solving: Solving, scope: Scope, receive: Receive, send: Send
    ) -> None:
        response: Response | None = None
        async with AsyncExitStack() as solving.stacks["request"]:
            async with AsyncExitStack() as solving.stacks["function"]:
                response = await self._response(solving)
            if response is not None:
                await response(scope, receive, send)
        if response is None:
            message = "a dependency with yield has caught an error and not raised it again"
            raise FastAPIError(message)

    async def _response(self, solving: Solving) -> Response:
        arguments = await self._endpoint.arguments(solving)
        if solving.errors:
            raise RequestValidationError(solving.errors, body=solving.body)
        answer = await self._endpoint.call(**arguments)
        return answer if isinstance(answer, Response) else self._rendered(answer, solving)

    def _rendered(self, answer: object, solving: Solving) -> Response:
        added = solving.response
        status = (added and added.status_code) or self._route.status_code or 200
        body = self._json(answer)
        if is_body_allowed_for_status_code(status):
            response: Response = JsonResponse(body, status)
        else:
            response = Response(status_code=status, media_type="application/json")
        if added is not None:
            response.raw_headers.extend(added.raw_headers)
        return response

    def _json(self, answer: object) -> bytes:
        route = self._route
        value, errors = self._field.validate(answer, {}, loc=("response",))
        if errors:
            where = EndpointContext(path=f"{route.path} ({route.endpoint.__qualname__})")
            raise ResponseValidationError(errors=errors, body=answer, endpoint_ctx=where)
        return self._field.serialize_json(
            value,
            include=route.response_model_include,
            exclude=route.response_model_exclude,
            by_alias=route.response_model_by_alias,
            exclude_unset=route.response_model_exclude_unset,
            exclude_defaults=route.response_model_exclude_defaults,
            exclude_none=route.response_model_exclude_none,
        )
