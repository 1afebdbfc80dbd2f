"""A Problem as an HTTP response: `application/problem+json` (RFC 9457)."""

import json
from typing import Any

import orjson
from starlette.responses import Response
from starlette.types import Scope

from chassis.problems import Problem

MEDIA_TYPE = "application/problem+json"
AS_ORJSON: dict[str, Any] = {
    "allow_nan": False,
    "ensure_ascii": False,
    "separators": (",", ":"),
}
"""One form, whoever writes it."""
PROBLEM_SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "description": "What went wrong (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status"],
    "examples": [
        {
            "type": "/problems/not-found",
            "title": "Not found",
            "status": 404,
            "detail": "There is no product 7.",
            "instance": "/v1/products/7",
            "request_id": "8e03978e40d543ddbc936894a57f9324",
        }
    ],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "format": "uri-reference"},
        "request_id": {"type": "string"},
        "data": {"description": "More about it, for a program."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["loc", "msg", "type"],
                "properties": {
                    "loc": {"type": "array", "items": {"type": ["string", "integer"]}},
                    "msg": {"type": "string"},
                    "type": {"type": "string"},
                },
            },
        },
    },
}


def problem_response(problem: Problem, scope: Scope) -> Response:
    """Also notes the problem in the request's state, for its log line."""
    state = scope.setdefault("state", {})
    state["problem"] = problem.type
    document = storable(problem.document(scope["path"], state.get("request_id")))
    if problem.data is None:
        content = orjson.dumps(document)
    else:  # may hold integers of any size, which orjson refuses
        content = json.dumps(document, **AS_ORJSON).encode()
    return Response(content, problem.status, problem.answer_headers, MEDIA_TYPE)


def storable(value: Any) -> Any:
    """Text that UTF-8 can carry; a client may send lone surrogates, in a path or in its JSON."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list | tuple):
        return [storable(item) for item in value]
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    return value
