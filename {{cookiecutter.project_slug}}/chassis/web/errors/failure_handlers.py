"""What nobody raised to be told, and has a meaning all the same: the database's, and of groups."""

from typing import Any, cast

import structlog
from fastapi import FastAPI, Request
from starlette._utils import is_async_callable
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from chassis.problems import InternalError
from chassis.web.errors.meanings import FAILURES, meaning, member_for_all
from chassis.web.errors.problem_handlers import note_cause
from chassis.web.errors.problem_response import problem_response


def handle_failures(app: FastAPI) -> None:
    for failure in FAILURES:
        app.exception_handler(failure)(on_failure)
    app.exception_handler(ExceptionGroup)(on_group)


async def on_failure(request: Request, error: Exception) -> Response:
    """A failure of the database: its meaning to the client, its cause to the log line."""
    problem = meaning(error, request.scope)
    if isinstance(problem, InternalError):
        structlog.get_logger().exception("unexpected database error", exc_info=error)
    note_cause(request, problem, error)
    return problem_response(problem, request.scope)


async def on_group(request: Request, group: ExceptionGroup[Exception]) -> Response:
    """Of a TaskGroup: answered as its first member, if all of them mean the same Problem.

    Raises the group otherwise, for it is a defect, and the log shall have all of it.
    """
    if (member := member_for_all(group, request.scope)) is None:
        raise group
    return await _handled(request, member)


async def _handled(request: Request, error: Exception) -> Response:
    """By the application's handler of such an error, which may be another than ours."""
    handlers: Any = request.app.exception_handlers
    handler = next(handlers[kind] for kind in type(error).__mro__ if kind in handlers)
    return await answer_of(handler, request, error)


async def answer_of(handler: Any, request: Request, error: BaseException) -> Response:
    """Of a handler of exceptions, in a thread where it is no coroutine."""
    if is_async_callable(handler):
        return cast("Response", await handler(request, error))
    return cast("Response", await run_in_threadpool(handler, request, error))
