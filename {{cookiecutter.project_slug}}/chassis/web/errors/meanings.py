"""What an exception means to a client, if anybody has meant to tell it something."""

from collections.abc import Iterator

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import Scope

from chassis.database.failures import FAILURES, problem_from
from chassis.outbound.deadline import may_have_called
from chassis.problems import DeadlineExceeded, InternalError, Problem
from chassis.web.errors.http_exceptions import from_http_exception
from chassis.web.errors.invalid_input import from_validation

__all__ = ["FAILURES", "meaning", "member_for_all"]


def meaning(error: Exception, scope: Scope) -> Problem:
    """InternalError for a defect."""
    match error:
        case Problem():
            return error
        case HTTPException():
            return from_http_exception(error, scope)
        case RequestValidationError():
            return from_validation(error, scope)
        case TimeoutError() if may_have_called():
            # Of whoever set it around a call: the database has done nothing, another service may.
            return DeadlineExceeded()
        case _ if isinstance(error, FAILURES):
            return problem_from(error)
    return InternalError()


def member_for_all(group: ExceptionGroup[Exception], scope: Scope) -> Exception | None:
    """The first, if the members at any depth mean Problems of the same type and status."""
    members = list(_members(group))
    meanings = [meaning(member, scope) for member in members]
    is_one = len({(it.type, it.status) for it in meanings}) == 1
    return members[0] if is_one and not isinstance(meanings[0], InternalError) else None


def _members(error: Exception) -> Iterator[Exception]:
    if not isinstance(error, ExceptionGroup):
        yield error
        return
    for member in error.exceptions:
        yield from _members(member)
