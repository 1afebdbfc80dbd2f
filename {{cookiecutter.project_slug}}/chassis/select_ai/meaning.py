"""What an error of oracledb or select_ai means to a client; its text may quote the question."""

from collections.abc import Iterator

import oracledb
from select_ai.errors import DatabaseNotConnectedError

from chassis.problems import Problem
from chassis.select_ai.problems import (
    SelectAIBusy,
    SelectAIFailed,
    SelectAITimeout,
    SelectAIUnavailable,
)

CALL_TIMEOUT = "DPY-4024"
NO_SESSION_IN_TIME = "DPY-4005"


def problem_of(error: Exception, *, is_full: bool) -> Problem:
    """`is_full` says whether others had all sessions; else one did not open in time."""
    codes = set(codes_of(error))
    if CALL_TIMEOUT in codes:
        return SelectAITimeout()
    if NO_SESSION_IN_TIME in codes:
        return SelectAIBusy() if is_full else SelectAIUnavailable()
    if isinstance(error, DatabaseNotConnectedError | OSError) or _is_lost(error):
        return SelectAIUnavailable()
    return SelectAIFailed()


def codes_of(error: BaseException | None) -> Iterator[str]:
    """`ORA-20000`, `DPY-4005`; also of what select_ai has replaced by an error of its own."""
    while error is not None:
        code = getattr(error.args[0] if error.args else None, "full_code", "")
        if code:
            yield code
        error = error.__cause__ or error.__context__


def _is_lost(error: Exception) -> bool:
    if isinstance(error, oracledb.OperationalError | oracledb.InterfaceError):
        return True
    return any(getattr(it, "isrecoverable", False) for it in error.args)
