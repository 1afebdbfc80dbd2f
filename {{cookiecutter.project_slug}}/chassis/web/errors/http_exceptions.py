"""An HTTPException as a Problem: what its author wrote is kept, whoever it was."""

from http.client import responses as STANDARD_PHRASES  # noqa: N812  it is a constant
from typing import Any

from fastapi.encoders import jsonable_encoder
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.types import Scope

from chassis.problems import (
    Conflict,
    ContentTooLarge,
    Forbidden,
    HeadersTooLarge,
    InvalidRequest,
    MalformedRequest,
    MethodNotAllowed,
    NotFound,
    PreconditionFailed,
    Problem,
    RateLimitExceeded,
    Unauthenticated,
    UnsupportedMediaType,
    UriTooLong,
)
from chassis.web.routing.matched_route import allowed_methods

UNREADABLE = "There was an error parsing the body"
"""FastAPI's words."""
BY_STATUS: dict[int, type[Problem]] = {
    kind.status: kind
    for kind in (
        Unauthenticated,
        Forbidden,
        NotFound,
        MethodNotAllowed,
        Conflict,
        PreconditionFailed,
        ContentTooLarge,
        UriTooLong,
        UnsupportedMediaType,
        InvalidRequest,
        RateLimitExceeded,
        HeadersTooLarge,
    )
}
"""Types that say what their status says. Of 400 there are several, and those of 5xx say more:
what was done, and when to try again. There the type is `about:blank` (RFC 9457, 4.2.1)."""


def from_http_exception(error: HTTPException, scope: Scope) -> Problem:
    return _of_framework(error, scope) or _of_author(error)


def _of_framework(error: HTTPException, scope: Scope) -> Problem | None:
    """Of the router, and of what reads bodies: they know less than we do."""
    if isinstance(error.__context__, MultiPartException):
        return MalformedRequest(error.detail)
    match error.status_code, error.detail:
        case 400, detail if detail == UNREADABLE:
            return MalformedRequest()
        case 404, "Not Found" if "endpoint" not in scope:
            return NotFound("There is nothing at this path.")
        case 405, "Method Not Allowed":
            return _wrong_method(scope)
    return None


def _wrong_method(scope: Scope) -> Problem | None:
    """None when it is not the router that refuses the method."""
    allowed = allowed_methods(scope)
    if not allowed or scope.get("method") in allowed:
        return None
    allow = ", ".join(allowed)
    return MethodNotAllowed(f"Use one of: {allow}.", headers={"Allow": allow})


def _of_author(error: HTTPException) -> Problem:
    """FastAPI takes any JSON for a detail; that of a Problem is text, so the rest is its `data`."""
    detail: Any = error.detail
    is_text = isinstance(detail, str)
    data = None if is_text else jsonable_encoder(detail)
    problem = BY_STATUS.get(error.status_code, Problem)(headers=error.headers, data=data)
    if type(problem) is Problem:
        problem.status = error.status_code
        problem.title = STANDARD_PHRASES.get(error.status_code, "Error")
    is_default = detail == STANDARD_PHRASES.get(error.status_code)
    problem.detail = detail if is_text and not is_default else None
    return problem
