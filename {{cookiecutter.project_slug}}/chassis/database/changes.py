"""What makes a changed attribute: every difference that PostgreSQL would keep.

SQLAlchemy asks `==`, and to Python true is 1, which is 1.0. In a type that holds anything, such as
JSON, that loses the change, and the answer shows it all the same.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime, time
from decimal import Decimal
from math import copysign
from numbers import Number
from typing import Any

from pydantic import BaseModel
from sqlalchemy import ARRAY, JSON, Boolean, Float, Integer, Numeric, PickleType, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.types import TypeEngine

Compare = Callable[[Any, Any], bool]

DIALECT = dialect(dbapi=dialect.import_dbapi())  # type: ignore[no-untyped-call]  # of SQLAlchemy
"""For questions about types alone."""
BY_EQUALITY = {kind.compare_values for kind in (TypeEngine, TypeDecorator, ARRAY, PickleType)}


def comparison(kind: TypeEngine[Any]) -> Compare:
    """Whether two values are one to a column of this type.

    A type that has a comparison of its own keeps it.
    """
    if type(kind).compare_values not in BY_EQUALITY:
        return kind.compare_values
    if isinstance(kind, PickleType) and kind.comparator:
        return kind.compare_values
    stored: Any = kind.dialect_impl(DIALECT)
    if isinstance(stored, ARRAY):
        return _of_arrays(comparison(stored.item_type))
    if isinstance(stored, TypeDecorator):
        return _equal_and(same, comparison(stored.impl_instance))
    return _equal_and(*_overlooked(stored))


def _overlooked(stored: TypeEngine[Any]) -> Sequence[Compare]:
    """What `==` does not see, and this type keeps."""
    if isinstance(stored, Float):
        return [_same_sign]
    if isinstance(stored, Numeric) and stored.precision is None:
        return [_same_digits]
    if isinstance(stored, Boolean | Integer | Numeric):
        return []
    return [_same_in_order if isinstance(stored, JSON) and not isinstance(stored, JSONB) else same]


def same(one: Any, other: Any, *, in_order: bool = False) -> bool:
    """Whether two equal values are of one type, they and all that they hold.

    With `in_order`, dictionaries name their keys in one order.
    """
    left = [(one, other)]
    while left:  # no recursion: JSON may be deeper than Python's stack
        x, y = left.pop()
        mine, yours = _parts(x), _parts(y)
        if mine is None or yours is None:
            if not _same_scalar(x, y):
                return False
        elif mine.keys() != yours.keys() or (in_order and [*mine] != [*yours]):
            return False
        else:
            left.extend((mine[key], yours[key]) for key in mine)
    return True


def _parts(value: Any) -> Mapping[Any, Any] | None:
    """What a value holds, if it is one that holds others."""
    if isinstance(value, dict):
        return {(type(key), key): part for key, part in value.items()}
    if isinstance(value, list | tuple):
        return dict(enumerate(value))
    if isinstance(value, BaseModel):
        return dict(value)
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return None


def _same_scalar(x: Any, y: Any) -> bool:
    if isinstance(x, Number):
        return type(x) is type(y) and _same_sign(x, y)
    if isinstance(x, datetime) and x.tzinfo is not y.tzinfo:  # then Python compared the instants
        return True
    return not isinstance(x, datetime | time) or x.utcoffset() == y.utcoffset()


def _equal_and(*more: Compare) -> Compare:
    def compare(x: Any, y: Any) -> bool:
        # "is True": of an SQL expression or an array of numbers, `==` makes another.
        return (x == y) is True and (x is y or all(also(x, y) for also in more))

    return compare


def _of_arrays(item: Compare) -> Compare:
    def compare(x: Any, y: Any) -> bool:
        if isinstance(x, list | tuple) and isinstance(y, list | tuple):
            return len(x) == len(y) and all(map(compare, x, y))
        return item(x, y) is True

    return compare


def _same_in_order(x: Any, y: Any) -> bool:
    return same(x, y, in_order=True)


def _same_sign(x: Any, y: Any) -> bool:
    """Of zero, which alone has two."""
    return not isinstance(x, float | Decimal) or copysign(1, x) == copysign(1, y)


def _same_digits(x: Any, y: Any) -> bool:
    return _digits(x) == _digits(y)


def _digits(value: Any) -> object:
    return value.as_tuple().exponent if isinstance(value, Decimal) else 0
