"""Keyset pagination: a page starts after the last row of the one before, found through an index.

Unlike OFFSET, page 10,000 costs what page 1 costs, and rows that come or go meanwhile make no
other row appear twice or not at all. https://use-the-index-luke.com/no-offset
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Integer, Select, Uuid, bindparam, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from app.database.model import Entity
from app.problems import InvalidRequest, NotFound

LIMIT, VALUE, KEY = "page_limit", "page_after_value", "page_after_id"

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

    def page_of(self, statement: Select[Any], *, later: bool) -> Select[Any]:
        """The statement of the first page or of any later one; `values` has what it takes."""
        columns = [self.column, self.key]
        if later:
            place = tuple_(bindparam(VALUE, type_=self.column.type), bindparam(KEY, type_=Uuid()))
            position = tuple_(*columns)
            statement = statement.where(position < place if self.descending else position > place)
        sorted_by = [column.desc() if self.descending else column.asc() for column in columns]
        return statement.order_by(*sorted_by).limit(bindparam(LIMIT, type_=Integer()))

    def values(self, cursor: str | None, limit: int) -> dict[str, Any]:
        """Raises NotFound for a cursor that does not belong to this order."""
        if cursor is None:
            return {LIMIT: limit}
        value, key = self._decode(cursor)
        return {LIMIT: limit, VALUE: value, KEY: key}

    def cursor_after(self, row: Entity) -> str:
        place = [self.parameter, getattr(row, self.column.key), row.id]
        return base64.urlsafe_b64encode(orjson.dumps(place, default=str)).rstrip(b"=").decode()

    def _decode(self, cursor: str) -> tuple[Any, UUID]:
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            place = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            parameter, value, key = _place_of(self.column.type.python_type).validate_python(place)
        except (ValueError, ValidationError):
            parameter, value, key = None, None, None
        if parameter != self.parameter or key is None:
            # Not 422: what a cursor may look like is all that a schema can say of it.
            message = "There is no such page of this list; start again without the cursor."
            raise NotFound(message, errors=[_fault("cursor", message)])
        return value, key


@cache
def _place_of(kind: type) -> TypeAdapter[tuple[str, Any, UUID]]:
    """What a cursor holds where the column has such values; building it costs a sixth of a page."""
    shape = tuple[str, kind, UUID]  # type: ignore[valid-type]  # made at run time
    return TypeAdapter(shape)


def _fault(parameter: str, message: str) -> dict[str, Any]:
    return {"loc": ["query", parameter], "msg": message, "type": "value_error"}
