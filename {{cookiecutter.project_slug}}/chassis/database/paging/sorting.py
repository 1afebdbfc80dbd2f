"""The columns a list may be sorted by: those whose values come back from a cursor as they went."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import AllowInfNan
from sqlalchemy import (
    Boolean,
    Date,
    DateTime,
    Enum,
    Float,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    String,
    Table,
    Time,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeEngine

from chassis.database.paging.cursors import read, written

Sorts = Mapping[str, InstrumentedAttribute[Any]]
"""The columns a client may sort by: not null, and with an index on (column, id).

See docs/decisions/0029-data-comes-back-as-it-went.md.
"""

LONGEST_TEXT = 600
"""Characters that fit into a cursor whatever they are."""


KINDS: Sequence[tuple[type[TypeEngine[Any]], Any]] = (
    (String, str),
    (Boolean, bool),
    (Integer, int),
    (Float, float),
    (Numeric, Annotated[Decimal, AllowInfNan()]),
    (DateTime, datetime),  # noqa: HR004  whatever it keeps
    (Date, date),
    (Time, time),
)


def kind_of(stored: TypeEngine[Any]) -> Any:
    """What Pydantic reads a value of the column as. Raises TypeError where that loses something.

    An interval does: the driver reads a year as 365 days, and PostgreSQL sorts it as 360. What a
    type of our own does to values (`TypeDecorator`), nobody knows.
    """
    if isinstance(stored, Enum):
        return stored.enum_class or str
    if isinstance(stored, Uuid):
        return stored.python_type
    for known, kind in KINDS:
        if isinstance(stored, known) and not _rounds(stored):
            return kind
    message = f"a value of the type {stored!r} may not come back from a cursor as it went"
    raise TypeError(message)


def _rounds(stored: TypeEngine[Any]) -> bool:
    if isinstance(stored, Numeric | Float):
        return stored.asdecimal != isinstance(stored, Numeric)
    return isinstance(stored, Time) and stored.timezone  # the driver drops seconds of an offset


def check_sorts(model: type[object], sorts: Sorts) -> None:
    """Raises TypeError for a column whose pages would lose rows, or show them again."""
    for name, attribute in sorts.items():
        if why := _fault(attribute.property.columns[0]):
            message = f"{model.__name__} cannot be sorted by {name}: {why}"
            raise TypeError(message)


def _fault(column: Any) -> str | None:
    try:
        kind = kind_of(column.type)
    except TypeError as error:
        return str(error)
    if getattr(column, "nullable", False):
        return (
            "it may be null, and nothing comes after that: forbid NULL, or sort by a "
            "column_property of func.coalesce(...)"
        )
    if isinstance(column.type, Enum):
        lost = [member for member in column.type.enum_class or () if not _returns(member, kind)]
        return f"{lost[0]} does not come back from a cursor as it went" if lost else None
    if isinstance(column.type, String) and not _is_short(column):
        return (
            "its text may be too long for a cursor: let an index hold it, as sorting needs, or "
            f"give it a length of at most {LONGEST_TEXT}"
        )
    return None


def _returns(member: Any, kind: Any) -> bool:
    place = "", member, UUID(int=0)
    try:
        return read(written(place, kind, UUID), kind, UUID) == place
    except ValueError:
        return False


def _is_short(column: Any) -> bool:
    """By its own length, or because what an index holds is at most 2,704 bytes, compressed."""
    length, table = column.type.length, getattr(column, "table", None)
    if length is not None and length <= LONGEST_TEXT:
        return True
    return isinstance(table, Table) and any(column.name in names for names in _indexed(table))


def _indexed(table: Table) -> Iterator[list[str]]:
    """The columns of each index that holds every row, and whole values."""
    keys = (c for c in table.constraints if isinstance(c, UniqueConstraint | PrimaryKeyConstraint))
    for each in (*keys, *(index for index in table.indexes if not index.dialect_kwargs)):
        yield each.columns.keys()
