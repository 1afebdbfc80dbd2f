"""Errors in the document: each is a Problem."""

from collections.abc import Mapping
from typing import Any

from chassis.problems import InvalidRequest, MalformedRequest, Problem, UnsupportedMediaType
from chassis.web.errors.problem_response import MEDIA_TYPE
from chassis.web.openapi.schemas import PROBLEM, reference

Responses = dict[int | str, dict[str, Any]]


def problems(*kinds: type[Problem]) -> Responses:
    """For `responses=` of a route: the problems it raises, beyond those that any route can."""
    by_status: dict[int | str, list[type[Problem]]] = {}
    for kind in kinds:
        by_status.setdefault(kind.status, []).append(kind)
    return {
        status: {
            "description": " / ".join(kind.title for kind in alike),
            "content": {MEDIA_TYPE: _body(*alike)},
        }
        for status, alike in by_status.items()
    }


def _body(*kinds: type[Problem]) -> dict[str, Any]:
    examples = {_name(kind): {"summary": kind.title, "value": _example(kind)} for kind in kinds}
    return {"schema": reference(PROBLEM)} | ({"examples": examples} if examples else {})


def _name(kind: type[Problem]) -> str:
    return kind.type.rpartition("/")[2]


def _example(kind: type[Problem]) -> dict[str, Any]:
    """As `/docs` shows it."""
    told = {"type": kind.type, "title": kind.title, "status": kind.status, "detail": kind.detail}
    missing = {"loc": ["body", "name"], "msg": "Field required", "type": "missing"}
    told["errors"] = [missing] if kind is InvalidRequest else None
    return {name: value for name, value in told.items() if value is not None}


def document_errors(operation: dict[str, Any]) -> None:
    """Replace what FastAPI says of errors with what is sent."""
    responses = operation["responses"]
    _forget_error(operation)
    if "requestBody" in operation or operation.get("parameters"):
        add_problems(responses, InvalidRequest)
    if "requestBody" in operation:
        add_problems(responses, MalformedRequest, UnsupportedMediaType)
    responses["default"] = {"description": "Problem", "content": {MEDIA_TYPE: _body()}}


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
        response["description"] = " / ".join(titles)
        body = response.setdefault("content", {}).setdefault(MEDIA_TYPE, _body())
        body["examples"] = body.get("examples", {}) | _body(kind)["examples"]
