"""What FastAPI finds wrong with a request, as a Problem."""

from typing import Any

from fastapi.exceptions import ValidationException
from starlette.datastructures import Headers
from starlette.types import Scope

from chassis.problems import InvalidRequest, MalformedRequest, Problem, UnsupportedMediaType

MAX_ERRORS, MAX_NAME, MAX_MESSAGE = 50, 100, 200


def from_validation(error: ValidationException, scope: Scope) -> Problem:
    errors: list[Any] = list(error.errors())
    if any(error["type"] == "json_invalid" for error in errors):
        return MalformedRequest("The body is not valid JSON.")
    about_whole_body = any(
        tuple(error["loc"]) == ("body",) and error["type"] != "missing" for error in errors
    )
    if about_whole_body and "json" not in Headers(scope=scope).get("content-type", ""):
        return UnsupportedMediaType()
    return InvalidRequest(
        "Some values are not acceptable.", errors=[told(e) for e in errors[:MAX_ERRORS]]
    )


def told(error: Any) -> dict[str, Any]:
    """Where and what, never the input: it may be a password, or 30 MB."""
    place = [part if isinstance(part, int) else str(part)[:MAX_NAME] for part in error["loc"]]
    message = error["msg"].removeprefix("Value error, ")[:MAX_MESSAGE]
    return {"loc": place, "msg": message, "type": error["type"]}
