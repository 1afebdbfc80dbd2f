"""What PostgreSQL did not take, in words: the line of the file, the rule, the values."""

import re
from collections.abc import Sequence

from asyncpg import InterfaceError, PostgresError
from sqlalchemy.exc import SQLAlchemyError

from chassis.database.failures import problem_from
from chassis.problems import DatabaseUnavailable, InternalError

COPY_LINE = re.compile(r"^COPY .*, line (\d+)", re.MULTILINE)
DRIVER_ERRORS = (PostgresError, InterfaceError, SQLAlchemyError, ConnectionResetError)


class ImportFailed(Exception):  # noqa: N818  the reasons are the file's or the database's
    """Nothing of the transaction was stored; the message says why."""

    def __init__(self, *reasons: object) -> None:
        super().__init__("\n".join(text for reason in reasons if (text := str(reason))))


def refusal(error: Exception, lines: Sequence[int] = ()) -> ImportFailed:
    """`lines` are those of the rows that were being stored."""
    problem = problem_from(error)
    driver = getattr(error, "orig", None) or error
    if isinstance(problem, DatabaseUnavailable) or isinstance(error, ConnectionResetError):
        return ImportFailed(f"The database cannot be reached, or the connection broke: {driver}")
    reason = str(driver) if isinstance(problem, InternalError) else problem.detail
    parts = [_place(driver, lines), reason, getattr(driver, "detail", None)]
    return ImportFailed(" ".join(part for part in parts if part))


def _place(driver: BaseException, lines: Sequence[int]) -> str | None:
    """PostgreSQL counts the rows of one COPY; for a foreign key it does not say which it was."""
    if found := COPY_LINE.search(getattr(driver, "context", None) or ""):
        return f"line {lines[int(found[1]) - 1]}:"
    return f"lines {lines[0]} to {lines[-1]}:" if lines else None
