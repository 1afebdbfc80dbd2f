"""Keyset pagination: a page starts after the last row of the one before, found through an index.

Unlike OFFSET, page 10,000 costs what page 1 costs, and rows that come or go meanwhile make no
other row appear twice or not at all. https://use-the-index-luke.com/no-offset
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from app.database.model import Entity
from app.problems import InvalidRequest, NotFound

Model = TypeVar("Model", bound=Entity)
Sorts = Mapping[str, InstrumentedAttribute[Any]]
"""The columns a client may sort by: not null, and with an index on (column, id)."""


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
    key: InstrumentedAttribute[UUID]
    descending: bool

    @classmethod
    def parse(cls, parameter: str, model: type[Entity], sorts: Sorts) -> "Order":
        name = parameter.removeprefix("-")
        if name not in sorts:
            message = f"Cannot sort by {name[:50]!r}; sort by one of: {', '.join(sorts)}."
            raise InvalidRequest(message, errors=[_fault("sort", message)])
        return cls(parameter, sorts[name], model.id, parameter.startswith("-"))

    def apply(self, statement: Select[Any], cursor: str | None) -> Select[Any]:
        """Sorted, and starting after the cursor."""
        columns = [self.column, self.key]
        if cursor is not None:
            position, start = tuple_(*columns), tuple_(*self._decode(cursor))
            after = position < start if self.descending else position > start
            statement = statement.where(after)
        return statement.order_by(*(c.desc() if self.descending else c.asc() for c in columns))

    def cursor_after(self, row: Entity) -> str:
        place = [self.parameter, getattr(row, self.column.key), row.id]
        return base64.urlsafe_b64encode(orjson.dumps(place, default=str)).rstrip(b"=").decode()

    def _decode(self, cursor: str) -> tuple[Any, UUID]:
        shape = tuple[str, self.column.type.python_type, UUID]  # type: ignore[name-defined]  # made at run time
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            place = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            parameter, value, key = TypeAdapter(shape).validate_python(place)
        except (ValueError, ValidationError):
            parameter, value, key = None, None, None
        if parameter != self.parameter or key is None:
            # Not 422: what a cursor may look like is all that a schema can say of it.
            message = "There is no such page of this list; start again without the cursor."
            raise NotFound(message, errors=[_fault("cursor", message)])
        return value, key


def _fault(parameter: str, message: str) -> dict[str, Any]:
    return {"loc": ["query", parameter], "msg": message, "type": "value_error"}
