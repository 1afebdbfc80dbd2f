"""A Problem as an HTTP response: `application/problem+json` (RFC 9457)."""

from typing import Any
from urllib.parse import quote

import orjson
from starlette.responses import Response
from starlette.types import Scope

from app.problems import Problem

MEDIA_TYPE = "application/problem+json"
PROBLEM_SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "description": "What went wrong (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "format": "uri-reference"},
        "request_id": {"type": "string"},
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
    headers = dict(problem.headers)
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    body = {
        "type": problem.type,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": quote(scope["path"], errors="replace"),
        "request_id": state.get("request_id"),
        "errors": list(problem.errors),
    }
    present = {name: storable(value) for name, value in body.items() if value}
    return Response(orjson.dumps(present), problem.status, headers, MEDIA_TYPE)


def storable(value: Any) -> Any:
    """Text that UTF-8 can carry; a client may send lone surrogates, in a path or in its JSON."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list | tuple):
        return [storable(item) for item in value]
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    return value
