"""Every exception becomes a Problem: here it is said which handler does it."""

from typing import Any

import structlog
from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Scope

from chassis.problems import InternalError, Problem
from chassis.web.errors.failure_handlers import answer_of, handle_failures
from chassis.web.errors.meanings import FAILURES
from chassis.web.errors.problem_handlers import handle_problems, on_defect
from chassis.web.errors.problem_response import problem_response

TOLD = (Problem, HTTPException, *FAILURES, ExceptionGroup)


def handle_errors(app: FastAPI) -> None:
    handle_problems(app)
    handle_failures(app)


async def response_to_raised(error: BaseException, scope: Scope) -> Response | None:
    """For the logging middleware: what a middleware raised to be told, answered as a route's is.

    None for a defect, and for a group of which not all members mean the same. What a route raises
    has been answered within, where Starlette puts its handlers; so has nothing that a middleware
    raises.
    """
    given = getattr(scope.get("app"), "exception_handlers", {})
    told = type(error).__mro__ if isinstance(error, TOLD) else ()
    handler = next((given[it] for it in told if it in given and it is not Exception), None)
    return None if handler is None else await _answer(handler, error, scope)


async def response_to_defect(error: BaseException, scope: Scope) -> Response:
    """For the logging middleware: what ServerErrorMiddleware would send, which stands outside.

    The application's handler of `Exception`, or of 500, whichever it was given last.
    """
    given = getattr(scope.get("app"), "exception_handlers", {})
    handler = next((given[it] for it in reversed(given) if it in {500, Exception}), on_defect)
    return await _answer(handler, error, scope) or problem_response(InternalError(), scope)


async def _answer(handler: Any, error: BaseException, scope: Scope) -> Response | None:
    """None when the handler raises the error itself: it has no answer to that."""
    # As in ServerErrorMiddleware: the body is gone, and who asks for it is told so at once.
    request: Any = Request(scope) if scope["type"] == "http" else HTTPConnection(scope)
    try:
        return await answer_of(handler, request, error)
    except Exception as raised:  # noqa: BLE001  whatever it is, there is an answer
        if raised is error:
            return None
        structlog.get_logger().exception("the handler of errors failed")
        return problem_response(InternalError(), scope)
