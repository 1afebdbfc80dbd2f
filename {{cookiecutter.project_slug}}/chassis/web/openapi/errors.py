"""Errors in the document: each is a Problem."""

from collections.abc import Mapping
from typing import Any

from chassis.problems import InvalidRequest, MalformedRequest, Problem, UnsupportedMediaType
from chassis.web.errors.problem_response import MEDIA_TYPE
from chassis.web.openapi.schemas import PROBLEM, reference

Responses = dict[int | str, dict[str, Any]]


def problems(*kinds: type[Problem]) -> Responses:
    """For `responses=` of a route: the problems it raises, beyond those that any route can."""
    by_status: dict[int | str, list[str]] = {}
    for kind in kinds:
        by_status.setdefault(kind.status, []).append(kind.title)
    return {status: _response(" / ".join(titles)) for status, titles in by_status.items()}


def _response(description: str) -> dict[str, Any]:
    return {"description": description, "content": {MEDIA_TYPE: {"schema": reference(PROBLEM)}}}


def document_errors(operation: dict[str, Any]) -> None:
    """Replace what FastAPI says of errors with what is sent."""
    responses = operation["responses"]
    _forget_error(operation)
    if "requestBody" in operation or operation.get("parameters"):
        add_problems(responses, InvalidRequest)
    if "requestBody" in operation:
        add_problems(responses, MalformedRequest, UnsupportedMediaType)
    responses["default"] = _response("Problem")


def forget_errors(paths: Mapping[str, Any]) -> None:
    """Of what others answer to us: what they say of errors is their own matter."""
    for operations in paths.values():
        for operation in operations.values():
            _forget_error(operation)


def _forget_error(operation: dict[str, Any]) -> None:
    if "HTTPValidationError" in str(operation["responses"].get("422")):
        del operation["responses"]["422"]


def add_problems(responses: dict[str, Any], *kinds: type[Problem]) -> None:
    """To what the route says itself of their statuses."""
    for kind in kinds:
        response = responses.setdefault(str(kind.status), {})
        titles = filter(None, dict.fromkeys([response.get("description"), kind.title]))
        told = _response(" / ".join(titles))
        response["description"] = told["description"]
        response["content"] = response.get("content", {}) | told["content"]
