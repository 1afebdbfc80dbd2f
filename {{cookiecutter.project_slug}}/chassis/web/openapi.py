"""The OpenAPI document as the service really answers: every error is a Problem."""

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import BaseRoute

from chassis.problems import (
    Forbidden,
    IdempotencyKeyReused,
    InvalidRequest,
    MalformedRequest,
    Problem,
    RequestInProgress,
    Unauthenticated,
    UnsupportedMediaType,
)
from chassis.web.errors.problem_response import MEDIA_TYPE
from chassis.web.idempotency import HEADER, REPLAYED, once_per_key
from chassis.web.openapi_schemas import PROBLEM, reference, settle_schemas

Responses = dict[int | str, dict[str, Any]]


def problems(*kinds: type[Problem]) -> Responses:
    """For `responses=` of a route: the problems it raises, beyond those that any route can."""
    by_status: dict[int | str, list[str]] = {}
    for kind in kinds:
        by_status.setdefault(kind.status, []).append(kind.title)
    return {status: _response(" / ".join(titles)) for status, titles in by_status.items()}


def _response(description: str) -> dict[str, Any]:
    return {"description": description, "content": {MEDIA_TYPE: {"schema": reference(PROBLEM)}}}


def describe_problems(app: FastAPI) -> None:
    """Replace what FastAPI documents for errors with what is sent."""

    def openapi() -> dict[str, Any]:
        known = app.openapi_schema
        document = FastAPI.openapi(app)
        if document is not known:  # the first, or routes have come since
            _describe(document, set(_taking_keys(app.routes)))
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # the documented way to extend it


def _taking_keys(routes: Iterable[BaseRoute]) -> Iterator[tuple[str, str]]:
    """Path and method of each operation that takes an `Idempotency-Key`."""
    for route in iter_route_contexts(list(routes)):
        if isinstance(route.original_route, APIRoute) and _asks_for_once(route.dependant):
            for method in route.methods or ():
                yield route.path_format or "", method.lower()


def _asks_for_once(dependant: Dependant) -> bool:
    return any(it.call is once_per_key or _asks_for_once(it) for it in dependant.dependencies)


def _describe(document: dict[str, Any], taking_keys: Container[tuple[str, str]]) -> None:
    for path, method, operation in _operations(document["paths"]):
        _document_errors(operation)
        if (path, method) in taking_keys:
            _document_replays(operation)
        operation["responses"]["default"] = _response("Problem")
        for callback in operation.get("callbacks", {}).values():
            _forget_errors(callback)
    _forget_errors(document.get("webhooks", {}))
    settle_schemas(document)


def _operations(paths: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in paths.items():
        for method, operation in operations.items():
            yield path, method, operation


def _forget_errors(paths: Mapping[str, Any]) -> None:
    """Of what others answer to us: what they say of errors is their own matter."""
    for *_, operation in _operations(paths):
        if "HTTPValidationError" in str(operation["responses"].get("422")):
            del operation["responses"]["422"]


def _document_errors(operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422")):
        del responses["422"]
    if "requestBody" in operation or operation.get("parameters"):
        _add(responses, InvalidRequest)
    if "requestBody" in operation:
        _add(responses, MalformedRequest, UnsupportedMediaType)
    if operation.get("security"):
        _add(responses, Unauthenticated, Forbidden)


def _add(responses: dict[str, Any], *kinds: type[Problem]) -> None:
    """To what the route says itself of their statuses."""
    for kind in kinds:
        response = responses.setdefault(str(kind.status), {})
        titles = filter(None, dict.fromkeys([response.get("description"), kind.title]))
        told = _response(" / ".join(titles))
        response["description"] = told["description"]
        response["content"] = response.get("content", {}) | told["content"]


def _document_replays(operation: dict[str, Any]) -> None:
    """Of an operation that takes an `Idempotency-Key`: it need not say so itself.

    In words, because a schema cannot say that each body needs a key of its own.
    """
    told = [operation.get("description"), f"Sent again with the same `{HEADER}`, it is done once."]
    operation["description"] = "\n\n".join(filter(None, told))
    responses = operation["responses"]
    for status, response in responses.items():
        if status.startswith("2"):
            description = "`true` when this is the answer to an earlier request with the same key."
            header = {"description": description, "schema": {"const": "true"}}
            response.setdefault("headers", {})[REPLAYED] = header
    _add(responses, MalformedRequest, RequestInProgress, IdempotencyKeyReused)
