"""Headers in the document that routes read and send by themselves: what a client can send, and try.

No route says it once more, and no request pays for it: what it answers says what it reads.
"""

from typing import Any

from fastapi.dependencies.models import Dependant

from chassis.problems import (
    IdempotencyKeyReused,
    MalformedRequest,
    PreconditionFailed,
    RateLimitExceeded,
    RequestInProgress,
    Unavailable,
)
from chassis.web.errors.problem_response import MEDIA_TYPE
from chassis.web.idempotency import HEADER, KEY, REPLAYED, once_per_key
from chassis.web.openapi.errors import add_problems
from chassis.web.openapi.operations import Operation
from chassis.web.pagination import PageOf

READS = {"get", "head"}
CHANGES = {"post", "put", "patch", "delete"}
TRY_AGAIN = {str(kind.status) for kind in (RateLimitExceeded, Unavailable)}
RETRY_AFTER = ("Retry-After", "Seconds until a second try makes sense.", "integer")
A_KEY, A_TAG = "8e03978e-40d5-43dd-bc93-6894a57f9324", '"1"'


def document_headers(operation: Operation) -> None:
    """`Idempotency-Key` where `Once` is asked for, `If-None-Match` of 304, `If-Match` of 412.

    And what is answered: `Link` of a page, `Retry-After` of what may be tried again.
    """
    told = operation.told
    _document_answers(told["responses"], operation.route.response_model)
    if _asks_for_once(operation.route.dependant):
        _document_replays(told)
        description = "Made up by the client: sent again with it, the request is done once."
        _take(told, HEADER, description, A_KEY, pattern=f"^({KEY})$")
    if operation.method in READS and "304" in told["responses"]:
        description = "The `ETag` of an earlier answer: 304 unless it has changed."
        _take(told, "If-None-Match", description, A_TAG)
    if operation.method in CHANGES and str(PreconditionFailed.status) in told["responses"]:
        description = "The `ETag` that was read: 412 when someone else has changed it since."
        _take(told, "If-Match", description, A_TAG)


def _document_answers(responses: dict[str, Any], model: object) -> None:
    if isinstance(model, type) and issubclass(model, PageOf):
        for response in _successes(responses):
            _send(response, "Link", "The next page (RFC 8288), unless it is the last.")
    for status in TRY_AGAIN & responses.keys():
        if MEDIA_TYPE in responses[status].get("content", {}):  # the route's own tell themselves
            _send(responses[status], *RETRY_AFTER)


def _successes(responses: dict[str, Any]) -> list[dict[str, Any]]:
    return [response for status, response in responses.items() if status.startswith("2")]


def _send(response: dict[str, Any], name: str, description: str, kind: str = "string") -> None:
    """Unless the route documents the header itself."""
    header = {"description": description, "schema": {"type": kind}}
    response.setdefault("headers", {}).setdefault(name, header)


def _take(
    told: dict[str, Any], name: str, description: str, example: str, pattern: str | None = None
) -> None:
    """Unless the route declares the header itself."""
    parameters = told.setdefault("parameters", [])
    if not any(it["in"] == "header" and it["name"].lower() == name.lower() for it in parameters):
        parameter = {"name": name, "in": "header", "required": False, "description": description}
        schema = {"type": "string"} | ({"pattern": pattern} if pattern else {})
        parameters.append({**parameter, "schema": {**schema, "examples": [example]}})


def _asks_for_once(dependant: Dependant) -> bool:
    return any(it.call is once_per_key or _asks_for_once(it) for it in dependant.dependencies)


def _document_replays(told: dict[str, Any]) -> None:
    """Also in words, because a schema cannot say that each body needs a key of its own."""
    words = [told.get("description"), f"Sent again with the same `{HEADER}`, it is done once."]
    told["description"] = "\n\n".join(filter(None, words))
    for response in _successes(told["responses"]):
        description = "`true` when this is the answer to an earlier request with the same key."
        header = {"description": description, "schema": {"const": "true"}}
        response.setdefault("headers", {})[REPLAYED] = header
    add_problems(told["responses"], MalformedRequest, RequestInProgress, IdempotencyKeyReused)
    _send(told["responses"][str(RequestInProgress.status)], *RETRY_AFTER)
