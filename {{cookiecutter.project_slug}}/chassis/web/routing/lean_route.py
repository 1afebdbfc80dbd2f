"""How plain routes answer: a coroutine, JSON in and out.

FastAPI's own way asks at every request what the route might be, which is half of what a small
request costs.
"""

from collections.abc import Mapping
from contextlib import AsyncExitStack

from fastapi import Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import (
    EndpointContext,
    FastAPIError,
    RequestValidationError,
    ResponseValidationError,
)
from fastapi.routing import RouteContext, _extract_endpoint_context
from fastapi.utils import is_body_allowed_for_status_code
from pydantic_core import PydanticUndefined
from starlette._exception_handler import wrap_app_handling_exceptions
from starlette.middleware.body_limit import MAX_BODY_SIZE_SCOPE_KEY
from starlette.types import Receive, Scope, Send

from chassis.web.routing.json_body import JsonBody
from chassis.web.routing.queries import reading_at_once
from chassis.web.routing.solving import FUNCTION_STACK, REQUEST_STACK, Dependency, Solving

SUCCESS = 200
SWALLOWED = "a dependency with yield has caught an error and not raised it again"
RENDERING = ("include", "exclude", "by_alias", "exclude_unset", "exclude_defaults", "exclude_none")


class JsonResponse(Response):
    """Of bytes that are JSON already, with the headers that this always has."""

    media_type = "application/json"

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        if not is_body_allowed_for_status_code(self.status_code):
            super().init_headers(headers)
            return
        length = str(len(self.body)).encode()
        self.raw_headers = [(b"content-length", length), (b"content-type", b"application/json")]


class LeanRoute:
    def __init__(self, route: RouteContext) -> None:
        embed = route._embed_body_fields  # noqa: SLF001  FastAPI passes it on
        self._endpoint = Dependency(reading_at_once(route.dependant), embed_body=embed)
        self._body = JsonBody(route) if route.body_field else None
        self._path = route.dependant.path
        self._status: int = route.status_code or SUCCESS
        self._field = route.response_field
        self._rendering = {it: getattr(route, f"response_model_{it}") for it in RENDERING}
        self._untyped: type[Response] = route.response_class.value
        self._overriding = route.dependency_overrides_provider

    def answers(self, scope: Scope) -> bool:
        """Not where there are overrides, nor where FastAPI makes spans or counts the body."""
        return not (
            (self._overriding and self._overriding.dependency_overrides)
            or "fastapi.telemetry" in scope
            or MAX_BODY_SIZE_SCOPE_KEY in scope
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            if self._endpoint.opens_something:
                await self._respond_and_close(request, send)
            else:
                response = await self._response(request)
                await response(scope, receive, send)

        # The request's own: a handler of exceptions may ask it for the body again.
        await wrap_app_handling_exceptions(answer, request)(scope, receive, send)

    async def _respond_and_close(self, request: Request, send: Send) -> None:
        scope = request.scope
        response: Response | None = None
        answered = False
        async with AsyncExitStack() as scope[REQUEST_STACK]:
            async with AsyncExitStack() as scope[FUNCTION_STACK]:
                response = await self._response(request)
            if response is None:
                raise FastAPIError(SWALLOWED)
            await response(scope, request.receive, send)
            answered = True
        if not answered:
            raise FastAPIError(SWALLOWED)

    async def _response(self, request: Request) -> Response:
        try:
            body = await self._body.read(request) if self._body else PydanticUndefined
        except RequestValidationError as error:
            error.endpoint_ctx = self._where(request)
            raise
        solving = Solving(request, body)
        arguments = await self._endpoint.arguments(solving)
        if solving.errors:
            sent = None if body is PydanticUndefined else body
            where = self._where(request)
            raise RequestValidationError(solving.errors, body=sent, endpoint_ctx=where)
        answer = await self._endpoint.call(**arguments)
        return answer if isinstance(answer, Response) else self._rendered(answer, solving)

    def _rendered(self, answer: object, solving: Solving) -> Response:
        added = solving.response
        status = (added and added.status_code) or self._status
        if self._field is None:
            response: Response = self._untyped(jsonable_encoder(answer), status)
        else:
            response = JsonResponse(self._json(answer, solving.request), status)
        if not is_body_allowed_for_status_code(status):
            response.body = b""
        if added is not None:
            response.raw_headers.extend(added.raw_headers)
        return response

    def _json(self, answer: object, request: Request) -> bytes:
        value, errors = self._field.validate(answer, {}, loc=("response",))
        if errors:
            where = self._where(request)
            raise ResponseValidationError(errors=errors, body=answer, endpoint_ctx=where)
        rendered: bytes = self._field.serialize_json(value, **self._rendering)
        return rendered

    def _where(self, request: Request) -> EndpointContext:
        """For a person who reads the error."""
        where = _extract_endpoint_context(self._endpoint.call)
        mounted_at = request.scope.get("root_path", "").rstrip("/")
        where["path"] = f"{request.method} {mounted_at}{self._path}"
        return where
