"""A failed migration, or why there was none, in a sentence or two."""

import traceback
from pathlib import Path
from typing import NamedTuple

from alembic.script.revision import MultipleHeads, ResolutionError
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from chassis.database.connections.unreachable import why_unreachable
from chassis.database.failures import sqlstate
from chassis.settings.faults import SettingsError
from chassis.settings.groups import DatabaseSettings

REMEDIES = {
    "22001": "Rows that exist are longer: shorten them first.",
    "23502": "Rows that exist have no value for it: give a server_default (in the model too), or"
    " fill it first.",
    "23503": "Rows that exist refer to nothing: mend them first.",
    "23505": "Rows that exist are equal there: change them first.",
    "23514": "Rows that exist break it: change them first.",
    "42501": "Migrate as the role that owns the tables.",
    "42701": "Another hand made it: drop it, or take it out of the migration.",
    "42710": "Another hand made it: drop it, or take it out of the migration.",
    "42804": "Say with postgresql_using= how it is made of the old values.",
    "42P07": "Another hand made it: drop it, or take it out of the migration.",
    "55P03": "Another transaction holds the table: try again, or raise DATABASE_LOCK_TIMEOUT.",
}
"""By SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html"""
UNREACHABLE = {"", "08", "28", "3D", "53", "57"}
TWO_HEADS = (
    "The migrations end in {}: two branches were merged. `alembic merge heads` writes one that"
    " follows both; where neither is deployed, let one's down_revision name the other."
)
UNKNOWN = (
    "There is no migration {!r} here. If the database is at it, take the code that has it; a"
    " development database is made anew by `make clean` and `make setup`."
)


class Words(NamedTuple):
    told: str
    suffice: bool
    """Whether a traceback would say no more."""


def in_words(error: Exception, database: DatabaseSettings | None, versions: Path) -> Words | None:
    """None for what only a traceback explains."""
    if isinstance(error, SettingsError):
        return Words(str(error), suffice=True)
    if isinstance(error, CommandError):
        return Words(_of_alembic(error), suffice=True)
    driver = _of_driver(error)
    if place := _place(error, versions):
        return Words(f"{place}: {_told(driver)}", suffice=False)
    if database is None or not isinstance(error, DBAPIError):
        return None
    if (sqlstate(driver) or "")[:2] in UNREACHABLE:
        return Words(". ".join(why_unreachable(database, driver)), suffice=True)
    return Words(_told(driver), suffice=False)


def _of_alembic(error: CommandError) -> str:
    cause = error.__cause__
    if isinstance(cause, MultipleHeads):
        return TWO_HEADS.format(" and ".join(cause.heads))
    if isinstance(cause, ResolutionError):
        return UNKNOWN.format(cause.argument)
    return str(error)


def _place(error: BaseException, versions: Path) -> str:
    """File and line of the migration that failed."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [(Path(frame.filename), frame.lineno) for frame in frames]
    if isinstance(error, SyntaxError) and error.filename:
        places.append((Path(error.filename), error.lineno))
    for path, line in reversed(places):
        if versions in path.parents:
            return f"{_short(path)}, line {line}"
    return ""


def _short(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _told(error: Exception) -> str:
    """Without PostgreSQL's detail, which repeats values of rows."""
    state = sqlstate(error)
    message = error.args[0] if state else f"{type(error).__name__}: {error}"
    return f"{str(message).rstrip(': .')}. {REMEDIES.get(state or '', '')}".rstrip()


def _of_driver(error: Exception) -> Exception:
    """Asyncpg's own, whose message is PostgreSQL's."""
    cause = error.orig.__cause__ if isinstance(error, DBAPIError) and error.orig else None
    return cause if isinstance(cause, Exception) else error
