"""Every exception becomes a Problem here, and nowhere else."""

from typing import Any, cast

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.utils import is_body_allowed_for_status_code
from starlette._utils import is_async_callable
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope

from chassis.database.failures import problem_from, sqlstate
from chassis.problems import InternalError, Problem
from chassis.web.errors.http_exceptions import from_http_exception
from chassis.web.errors.invalid_input import from_validation
from chassis.web.errors.meanings import FAILURES, member_for_all
from chassis.web.errors.problem_response import problem_response

SERVER_ERROR = 500


def handle_errors(app: FastAPI) -> None:
    app.exception_handler(Problem)(on_problem)
    app.exception_handler(HTTPException)(on_http_exception)
    app.exception_handler(RequestValidationError)(on_invalid_request)
    for failure in FAILURES:
        app.exception_handler(failure)(on_failure)
    app.exception_handler(ExceptionGroup)(on_group)
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
    request.scope.setdefault("state", {})["cause"] = " ".join(filter(None, parts))


async def on_group(request: Request, group: ExceptionGroup[Exception]) -> Response:
    """Of a TaskGroup: answered as its first member, if all of them mean the same Problem.

    Raises the group otherwise, for it is a defect, and the log shall have all of it.
    """
    if (member := member_for_all(group, request.scope)) is None:
        raise group
    return await _handled(request, member)


async def _handled(request: Request, error: Exception) -> Response:
    """By the application's handler of such an error, which may be another than those here."""
    handlers: Any = request.app.exception_handlers
    handler = next(handlers[kind] for kind in type(error).__mro__ if kind in handlers)
    return await _called(handler, request, error)


async def response_to_defect(error: BaseException, scope: Scope) -> Response:
    """For the logging middleware: what ServerErrorMiddleware would send, which stands outside.

    The application's handler of `Exception`, or of 500, whichever it was given last.
    """
    request = Request(scope)  # as there: the body is gone, and who asks for it is told so at once
    given = getattr(scope.get("app"), "exception_handlers", {})
    handler = next((given[it] for it in reversed(given) if it in {500, Exception}), on_defect)
    try:
        return await _called(handler, request, error)
    except Exception:  # noqa: BLE001  whatever it is, there is an answer
        structlog.get_logger().exception("the handler of errors failed")
        return problem_response(InternalError(), scope)


async def on_defect(request: Request, _error: Exception) -> Response:
    """The last resort, also for an error outside the logging middleware, which the server logs."""
    return problem_response(InternalError(), request.scope)


async def _called(handler: Any, request: Request, error: BaseException) -> Response:
    if is_async_callable(handler):
        return cast("Response", await handler(request, error))
    return cast("Response", await run_in_threadpool(handler, request, error))
