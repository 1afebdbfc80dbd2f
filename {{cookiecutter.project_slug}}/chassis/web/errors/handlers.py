"""Every exception becomes a Problem: here it is said which handler does it."""

import structlog
from fastapi import FastAPI, Request
from starlette.responses import Response
from starlette.types import Scope

from chassis.problems import InternalError
from chassis.web.errors.failure_handlers import answer_of, handle_failures
from chassis.web.errors.problem_handlers import handle_problems, on_defect
from chassis.web.errors.problem_response import problem_response


def handle_errors(app: FastAPI) -> None:
    handle_problems(app)
    handle_failures(app)


async def response_to_defect(error: BaseException, scope: Scope) -> Response:
    """For the logging middleware: what ServerErrorMiddleware would send, which stands outside.

    The application's handler of `Exception`, or of 500, whichever it was given last.
    """
    request = Request(scope)  # as there: the body is gone, and who asks for it is told so at once
    given = getattr(scope.get("app"), "exception_handlers", {})
    handler = next((given[it] for it in reversed(given) if it in {500, Exception}), on_defect)
    try:
        return await answer_of(handler, request, error)
    except Exception:  # noqa: BLE001  whatever it is, there is an answer
        structlog.get_logger().exception("the handler of errors failed")
        return problem_response(InternalError(), scope)
