"""The last event of a stream, by which a client tells an end from a cut."""

import asyncio
from typing import Any

import structlog
from fastapi.sse import ServerSentEvent
from starlette.types import Scope

from chassis.problems import InternalError
from chassis.web.errors.handlers import response_to_raised
from chassis.web.errors.problem_response import problem_response

DONE, ERROR = "done", "error"


def done(data: Any = None) -> ServerSentEvent:
    """All that there was to say has been said. A source may yield one of its own, as its last."""
    return ServerSentEvent(event=DONE, data={} if data is None else data)


def is_last(event: object) -> bool:
    return isinstance(event, ServerSentEvent) and event.event in {DONE, ERROR}


async def error_event(error: BaseException, scope: Scope) -> ServerSentEvent:
    """The problem that a response would have been, as its data."""
    response = None
    if not isinstance(error, asyncio.CancelledError):  # a stray one, of work within
        response = await response_to_raised(error, scope)
    if response is None:
        structlog.get_logger().error("unhandled error", exc_info=error)
        response = problem_response(InternalError(), scope)
    problem = bytes(response.body).decode()
    return ServerSentEvent(event=ERROR, raw_data=problem, retry=_retry(response.headers))


def _retry(headers: Any) -> int | None:
    """Milliseconds after which a browser connects again by itself."""
    after = headers.get("retry-after", "")
    return int(after) * 1000 if after.isdecimal() else None
