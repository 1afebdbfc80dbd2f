"""The conditions of CHECK constraints, as text that goes into a migration."""

import re
from collections.abc import Callable

from sqlalchemy import CheckConstraint, Dialect, TextClause, text

ANY_OF = re.compile(r'\(\(?("?\w+"?)\)?(?:::text)? = ANY \(+ARRAY\[(.+)\]\)?(?:::[\w ]+\[\])?\)\)')
LITERAL = re.compile(r"'(?:[^']|'')*'")
LOOKS_BOUND = re.compile(r"(?<![:\w\\]):(?=\w)")


def sql_of(constraint: CheckConstraint, dialect: Dialect) -> str:
    options = {"literal_binds": True, "include_table": False}
    return str(constraint.sqltext.compile(dialect=dialect, compile_kwargs=options))


def written(condition: str) -> TextClause:
    """What Alembic writes into a file so that `text()` reads this condition there."""
    return text(LOOKS_BOUND.sub(r"\\\\:", condition))


def shortened(printed: str, canonical: Callable[[str], str | None]) -> str:
    """`state IN ('open', 'done')` of what PostgreSQL prints, if that is the same to it."""
    found = ANY_OF.fullmatch(printed)
    short = f"{found[1]} IN ({', '.join(LITERAL.findall(found[2]))})" if found else printed
    return short if canonical(short) == canonical(printed) is not None else printed


def members(condition: str) -> tuple[str, frozenset[str]] | None:
    """The column and what it may be, where that is all that a condition says."""
    found = re.fullmatch(r"(\S+) IN \((.+)\)", condition)
    return (found[1], frozenset(LITERAL.findall(found[2]))) if found else None
