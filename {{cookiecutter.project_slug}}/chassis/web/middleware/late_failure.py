"""Tells what fails once the client has its whole answer: background tasks, ends of dependencies.

No client hears of it, so the log is all there is.
"""

import traceback

import structlog
from sqlalchemy.exc import InvalidRequestError
from starlette.background import BackgroundTask

WRAPPED = "Caught handled exception, but response already started."
"""Starlette's words for an error that it has a handler for, and no use."""
CLOSED = "permanently closed"
"""SQLAlchemy's, of a session that is used after its end."""
ADVICE = (
    "the request's Session had ended with it: take CurrentDatabase, and open a transaction of the "
    "task's own, `async with database.transaction() as session`"
)


def tell_late_failure(error: BaseException) -> None:
    error = _raised(error)
    task = _task_of(error)
    event = "unhandled error" if task is None else "background task failed"
    fields = {} if task is None else {"task": task}
    if isinstance(error, InvalidRequestError) and CLOSED in str(error):
        fields["cause"] = ADVICE
    structlog.get_logger().error(event, **fields, exc_info=error)


def _raised(error: BaseException) -> BaseException:
    """Without what Starlette has wrapped around it."""
    while isinstance(error, RuntimeError) and str(error) == WRAPPED and error.__cause__:
        error = error.__cause__
    return error


def _task_of(error: BaseException) -> str | None:
    """The name of the function; its frame knows, for of several tasks the response does not."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code is BackgroundTask.__call__.__code__:
            function = frame.f_locals["self"].func
            return str(getattr(function, "__qualname__", function))
    return None
