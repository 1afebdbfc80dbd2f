"""What a failure of the database means to a client: one table, exception to Problem.

With asyncpg most errors arrive as bare DBAPIError, so the SQLSTATE decides, never the class.
https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

from collections.abc import Callable

from sqlalchemy.exc import DBAPIError, NoResultFound
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import StaleDataError

from app.problems import (
    AlreadyExists,
    Conflict,
    Contention,
    DatabaseUnavailable,
    InternalError,
    InvalidRequest,
    NotFound,
    PoolExhausted,
    Problem,
    StillReferenced,
    Timeout,
)

BY_CLASS: dict[type[Exception], Callable[[], Problem]] = {
    PoolTimeoutError: PoolExhausted,
    NoResultFound: lambda: NotFound("There is no such thing."),
    StaleDataError: lambda: Conflict("It was changed by someone else meanwhile. Read it again."),
    TimeoutError: Timeout,  # asyncio.timeout, and asyncpg's command_timeout
}
BY_SQLSTATE: dict[str, Callable[[], Problem]] = {
    "08": DatabaseUnavailable,  # connection
    "22": lambda: InvalidRequest("A value is out of range, too long, or cannot be stored as text."),
    "23502": lambda: InvalidRequest("A required value is missing."),
    "23503": lambda: StillReferenced("It refers to something missing, or something refers to it."),
    "23505": lambda: AlreadyExists("There is one with the same unique value."),
    "23514": lambda: InvalidRequest("A value breaks a rule."),
    "23P01": lambda: Conflict("It overlaps with an existing one."),
    "25006": DatabaseUnavailable,  # read-only transaction: a failover is under way
    "28": DatabaseUnavailable,  # authorization
    "3D": DatabaseUnavailable,  # the database does not exist
    "40": Contention,  # serialization failure, deadlock
    "53": DatabaseUnavailable,  # too many connections, out of memory or disk
    "55P03": Contention,  # lock not available
    "57": DatabaseUnavailable,  # shutting down, starting up
    "57014": Timeout,  # statement_timeout
    "58": DatabaseUnavailable,  # system error
}


def problem_from(error: Exception) -> Problem:
    """InternalError for what only a defect of ours can cause."""
    for kind, make in BY_CLASS.items():
        if isinstance(error, kind):
            return make()
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return DatabaseUnavailable()
    return _from_driver(error.orig if isinstance(error, DBAPIError) else error)


def _from_driver(error: BaseException | None) -> Problem:
    if type(error).__name__ == "InvalidCachedStatementError":  # a stale plan after a migration
        return Contention()
    if "number of query arguments" in str(error):
        return InvalidRequest("There are too many values in one request.")
    state = sqlstate(error) or ""
    problem = (BY_SQLSTATE.get(state) or BY_SQLSTATE.get(state[:2]) or InternalError)()
    if constraint := _constraint(error):
        problem.detail = f"{problem.detail} Constraint: {constraint}."
    return problem


def sqlstate(error: BaseException | None) -> str | None:
    """Of asyncpg's own errors and of SQLAlchemy's around them."""
    return getattr(getattr(error, "orig", error), "sqlstate", None)


def _constraint(error: BaseException | None) -> str | None:
    return getattr(getattr(error, "driver_exception", error), "constraint_name", None)
