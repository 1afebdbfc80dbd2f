"""What an application raises to be told, and what FastAPI refuses, as Problems."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.utils import is_body_allowed_for_status_code
from starlette.exceptions import HTTPException
from starlette.responses import Response

from chassis.problems import InternalError, Problem
from chassis.web.errors.http_exceptions import from_http_exception
from chassis.web.errors.invalid_input import from_validation
from chassis.web.errors.problem_response import problem_response

SERVER_ERROR = 500


def handle_problems(app: FastAPI) -> None:
    app.exception_handler(Problem)(on_problem)
    app.exception_handler(HTTPException)(on_http_exception)
    app.exception_handler(RequestValidationError)(on_invalid_request)
    app.exception_handler(Exception)(on_defect)


async def on_problem(request: Request, problem: Problem) -> Response:
    if problem.__cause__ is not None:
        note_cause(request, problem, problem.__cause__)
    return problem_response(problem, request.scope)


async def on_http_exception(request: Request, error: HTTPException) -> Response:
    """Of handlers, of libraries, and of the framework itself: no route, an unreadable body."""
    if not is_body_allowed_for_status_code(error.status_code):
        return Response(status_code=error.status_code, headers=error.headers)
    problem = from_http_exception(error, request.scope)
    if error.__cause__ is not None:
        note_cause(request, problem, error.__cause__)
    return problem_response(problem, request.scope)


async def on_invalid_request(request: Request, error: RequestValidationError) -> Response:
    return problem_response(from_validation(error, request.scope), request.scope)


async def on_defect(request: Request, _error: Exception) -> Response:
    """The last resort, also for an error outside the logging middleware, which the server logs."""
    return problem_response(InternalError(), request.scope)


def note_cause(request: Request, problem: Problem, error: BaseException) -> None:
    """In words where no value of the client is in them."""
    cause = cause_of(error, in_words=problem.status >= SERVER_ERROR)
    request.scope.setdefault("state", {})["cause"] = cause


def cause_of(error: BaseException, *, in_words: bool = True) -> str:
    """For the log: class, SQLSTATE and, in words, the first line of what the driver says."""
    origin = getattr(error, "orig", None) or error
    cause = origin.__cause__ or origin
    text = str(cause).partition("\n")[0] if in_words else None
    parts = (type(cause).__name__, getattr(origin, "sqlstate", None), text)
    return " ".join(filter(None, parts))
