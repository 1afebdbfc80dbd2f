"""Keyset pagination: a page starts after the last row of the one before, found through an index.

Unlike OFFSET, page 10,000 costs what page 1 costs, and rows that come or go meanwhile make no
other row appear twice or not at all. https://use-the-index-luke.com/no-offset
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Integer, Select, bindparam, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from chassis.database.paging.cursors import Place, read, written
from chassis.database.paging.sorting import Sorts, kind_of
from chassis.problems import InvalidRequest, NotFound

LIMIT, VALUE, KEY = "page_limit", "page_after_value", "page_after_id"

Model = TypeVar("Model")


@dataclass(frozen=True, slots=True)
class Page(Generic[Model]):
    items: Sequence[Model]
    next_cursor: str | None
    """What to ask for to get the page after this one; None at the end."""


@dataclass(frozen=True, slots=True)
class Order:
    """A sort parameter such as `-price_cents`, checked against the columns that allow it."""

    parameter: str
    column: InstrumentedAttribute[Any]
    key: InstrumentedAttribute[Any]
    """Of one column, unique: it sorts rows with equal values."""
    descending: bool

    @classmethod
    def parse(cls, parameter: str, key: InstrumentedAttribute[Any], sorts: Sorts) -> "Order":
        name = parameter.removeprefix("-")
        if name not in sorts:
            message = f"Cannot sort by {name[:50]!r}; sort by one of: {', '.join(sorts)}."
            raise InvalidRequest(message, errors=[_fault("sort", message)])
        return cls(parameter, sorts[name], key, parameter.startswith("-"))

    def page_of(self, statement: Select[Any], *, later: bool) -> Select[Any]:
        """The statement of the first page or of any later one; `values` has what it takes."""
        columns = [self.column, self.key]
        if later:
            names = zip((VALUE, KEY), columns, strict=True)
            place = tuple_(*(bindparam(name, type_=column.type) for name, column in names))
            position = tuple_(*columns)
            statement = statement.where(position < place if self.descending else position > place)
        sorted_by = [column.desc() if self.descending else column.asc() for column in columns]
        return statement.order_by(*sorted_by).limit(bindparam(LIMIT, type_=Integer()))

    def values(self, cursor: str | None, limit: int) -> dict[str, Any]:
        """Raises NotFound for a cursor that does not belong to this order."""
        if cursor is None:
            return {LIMIT: limit}
        if (place := self._place(cursor)) is None:
            # Not 422: what a cursor may look like is all that a schema can say of it.
            message = "There is no such page of this list; start again without the cursor."
            raise NotFound(message, errors=[_fault("cursor", message)])
        return {LIMIT: limit, VALUE: place[1], KEY: place[2]}

    def cursor_after(self, row: object) -> str:
        place = self.parameter, getattr(row, self.column.key), getattr(row, self.key.key)
        return written(place, *self._kinds())

    def _place(self, cursor: str) -> Place | None:
        try:
            place = read(cursor, *self._kinds())
        except ValueError:
            return None
        return place if place[0] == self.parameter else None

    def _kinds(self) -> tuple[Any, Any]:
        return kind_of(self.column.type), kind_of(self.key.type)


def _fault(parameter: str, message: str) -> dict[str, Any]:
    return {"loc": ["query", parameter], "msg": message, "type": "value_error"}
