"""What a failure of the database means to a client: one table, exception to Problem.

With asyncpg most errors arrive as bare DBAPIError, so the SQLSTATE decides, never the class.
https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import asyncpg
from sqlalchemy.exc import DBAPIError, NoResultFound, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import StaleDataError

from chassis.problems import (
    AlreadyExists,
    Conflict,
    Contention,
    DatabaseUnavailable,
    InternalError,
    InvalidRequest,
    NotFound,
    PoolExhausted,
    Problem,
    ReferenceMissing,
    StillReferenced,
    Timeout,
)

FAILURES = (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError)
"""Of the database, and of deadlines."""
BY_CLASS: dict[type[Exception], Callable[[], Problem]] = {
    PoolTimeoutError: PoolExhausted,
    NoResultFound: lambda: NotFound("There is no such thing."),
    StaleDataError: lambda: Conflict("It was changed by someone else meanwhile. Read it again."),
    # Of asyncpg's command_timeout, and of an asyncio.timeout around anything.
    TimeoutError: lambda: Timeout("It took too long and was stopped. Nothing was stored here."),
}
# What asyncpg itself finds wrong has no SQLSTATE.
BY_TEXT: dict[str, Callable[[], Problem]] = {
    "cached statement plan is invalid": Contention,  # after a migration; gone at the next try
    "connection is closed": DatabaseUnavailable,
    "number of query arguments": lambda: InvalidRequest("There are too many values at once."),
}
BY_SQLSTATE: dict[str, Callable[[], Problem]] = {
    "08": DatabaseUnavailable,  # connection
    "22": lambda: InvalidRequest("A value is out of range, too long, or cannot be stored as text."),
    "23001": lambda: StillReferenced("Something refers to it."),  # as of PostgreSQL 18
    "23502": lambda: InvalidRequest("A required value is missing."),
    "23503": lambda: StillReferenced("Something refers to it."),  # or the reverse: see below
    "23505": lambda: AlreadyExists("There is one with the same unique value."),
    "23514": lambda: InvalidRequest("A value breaks a rule."),
    "23P01": lambda: Conflict("It overlaps with an existing one."),
    "25006": DatabaseUnavailable,  # read-only transaction: a failover is under way
    "28": DatabaseUnavailable,  # authorization
    "3D": DatabaseUnavailable,  # the database does not exist
    "40": Contention,  # serialization failure, deadlock
    "53": DatabaseUnavailable,  # too many connections, out of memory or disk
    "54": lambda: InvalidRequest("A value is too large or too deep."),  # for an index, or the stack
    "55P03": Contention,  # lock not available
    "57": DatabaseUnavailable,  # shutting down, starting up
    "57014": Timeout,  # statement_timeout
    "58": DatabaseUnavailable,  # system error
}
QUOTES = re.compile('["«»„“”]')
QUOTES_OF_TWO_NAMES = 4
COLUMNS = re.compile(r"\(([^()]+)\)=\(")  # `Key (product_id)=(7) is not present in table ...`


@contextmanager
def failures_as_problems() -> Iterator[None]:
    """Raises the Problem that a failure means; what only a defect can cause stays what it is."""
    try:
        yield
    except FAILURES as error:
        problem = problem_from(error)
        if isinstance(problem, InternalError):
            raise
        raise problem from error


def problem_from(error: Exception) -> Problem:
    """InternalError for what only a defect of ours can cause."""
    for kind, make in BY_CLASS.items():
        if isinstance(error, kind):
            return make()
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return DatabaseUnavailable()
    return _from_driver(error.orig if isinstance(error, DBAPIError) else error)


def _from_driver(error: BaseException | None) -> Problem:
    problem = (_missing(error) or _by_sqlstate(error) or _by_text(error) or InternalError)()
    if constraint := _constraint(error):
        problem.detail = f"{problem.detail} Constraint: {constraint}."
    return problem


def _missing(error: BaseException | None) -> Callable[[], Problem] | None:
    """Of a row that refers to none, which has the SQLSTATE of a row that others refer to.

    Told apart by how much the message puts into quotes, as its words depend on the server's
    language: table and constraint of the former, and another table of the latter.
    """
    driver = _of_driver(error)
    if sqlstate(driver) != "23503" or _quotes(driver) != QUOTES_OF_TWO_NAMES:
        return None
    columns = COLUMNS.search(getattr(driver, "detail", None) or "")
    detail = f"`{columns[1]}` refers to something that does not exist." if columns else None
    return lambda: ReferenceMissing(detail)


def _quotes(error: BaseException | None) -> int:
    message = str(error).partition("\n")[0]  # without the detail, which repeats what a client sent
    return len(QUOTES.findall(message))


def _by_sqlstate(error: BaseException | None) -> Callable[[], Problem] | None:
    state = sqlstate(error) or ""
    return BY_SQLSTATE.get(state) or BY_SQLSTATE.get(state[:2])


def _by_text(error: BaseException | None) -> Callable[[], Problem] | None:
    text = str(error)
    return next((make for part, make in BY_TEXT.items() if part in text), None)


def sqlstate(error: BaseException | None) -> str | None:
    """Of asyncpg's own errors and of SQLAlchemy's around them."""
    return getattr(getattr(error, "orig", error), "sqlstate", None)


def _constraint(error: BaseException | None) -> str | None:
    return getattr(_of_driver(error), "constraint_name", None)


def _of_driver(error: BaseException | None) -> BaseException | None:
    # Not `driver_exception`: SQLAlchemy loses it for a stale plan, and then it raises.
    return getattr(error, "orig", None) or error
