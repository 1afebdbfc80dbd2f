"""Every exception becomes a Problem here, and nowhere else."""

from collections.abc import Iterable
from http.client import responses as STANDARD_PHRASES  # noqa: N812  it is a constant
from typing import Any

import asyncpg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.database.failures import problem_from, sqlstate
from app.problems import (
    ContentTooLarge,
    InternalError,
    InvalidRequest,
    MalformedRequest,
    MethodNotAllowed,
    NotFound,
    Problem,
    UnsupportedMediaType,
)
from app.web.matched_route import allowed_methods
from app.web.problem_response import problem_response

SERVER_ERROR = 500
MAX_ERRORS, MAX_NAME, MAX_MESSAGE = 50, 100, 200


def handle_errors(app: FastAPI) -> None:
    app.exception_handler(Problem)(on_problem)
    app.exception_handler(HTTPException)(on_http_exception)
    app.exception_handler(RequestValidationError)(on_invalid_request)
    for failure in (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
        app.exception_handler(failure)(on_failure)
    app.exception_handler(Exception)(on_defect)


async def on_problem(request: Request, problem: Problem) -> Response:
    if problem.__cause__ is not None:
        note_cause(request, problem, problem.__cause__)
    return problem_response(problem, request.scope)


async def on_http_exception(request: Request, error: HTTPException) -> Response:
    """The framework's own answers: no route, wrong method, unreadable body."""
    return problem_response(_from_http_exception(request, error), request.scope)


def _from_http_exception(request: Request, error: HTTPException) -> Problem:
    match error.status_code:
        case 400:
            return MalformedRequest()
        case 404:
            return NotFound("There is nothing at this path.")
        case 405:
            allow = ", ".join(allowed_methods(request.app.routes, request.scope["path"]))
            return MethodNotAllowed(f"Use one of: {allow}.", headers={"Allow": allow})
        case 413:
            return ContentTooLarge("The body is larger than this service accepts.")
        case status:
            problem = Problem(str(error.detail), headers=error.headers)
            problem.status, problem.title = status, STANDARD_PHRASES.get(status, "Error")
            return problem


async def on_invalid_request(request: Request, error: RequestValidationError) -> Response:
    return problem_response(_from_validation(request, error.errors()), request.scope)


def _from_validation(request: Request, errors: Iterable[Any]) -> Problem:
    errors = list(errors)
    if any(error["type"] == "json_invalid" for error in errors):
        return MalformedRequest("The body is not valid JSON.")
    about_whole_body = any(
        tuple(error["loc"]) == ("body",) and error["type"] != "missing" for error in errors
    )
    if about_whole_body and "json" not in request.headers.get("content-type", ""):
        return UnsupportedMediaType()
    return InvalidRequest(
        "Some values are not acceptable.", errors=[told(e) for e in errors[:MAX_ERRORS]]
    )


def told(error: Any) -> dict[str, Any]:
    """Where and what, never the input: it may be a password, or 30 MB."""
    place = [part if isinstance(part, int) else str(part)[:MAX_NAME] for part in error["loc"]]
    message = error["msg"].removeprefix("Value error, ")[:MAX_MESSAGE]
    return {"loc": place, "msg": message, "type": error["type"]}


async def on_failure(request: Request, error: Exception) -> Response:
    """A failure of the database: its meaning to the client, its cause to the log line."""
    problem = problem_from(error)
    if isinstance(problem, InternalError):
        structlog.get_logger().exception("unexpected database error", exc_info=error)
    note_cause(request, problem, error)
    return problem_response(problem, request.scope)


def note_cause(request: Request, problem: Problem, error: BaseException) -> None:
    """Class and SQLSTATE; and the first line of the text, where no value of the client is in it."""
    origin = getattr(error, "orig", None) or error
    cause = origin.__cause__ or origin
    text = str(cause).partition("\n")[0] if problem.status >= SERVER_ERROR else None
    parts = (type(cause).__name__, sqlstate(error), text)
    request.scope["state"]["cause"] = " ".join(filter(None, parts))


async def on_defect(request: Request, _error: Exception) -> Response:
    """The last resort, for an error outside the logging middleware; the server logs it."""
    return problem_response(InternalError(), request.scope)
