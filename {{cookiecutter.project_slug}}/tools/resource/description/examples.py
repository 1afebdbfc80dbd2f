"""A value of a column of another feature, for a row that a test refers to."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Column, types

from tools.resource.errors import Refusal

EXAMPLES: Sequence[tuple[type[types.TypeEngine[Any]], str]] = (
    (types.Boolean, "False"),
    (types.Integer, "{number}"),
    (types.Float, "{number}.5"),
    (types.Numeric, "{number}"),
    (types.DateTime, "func.now()"),
    (types.Date, "func.current_date()"),
    (types.Uuid, "uuid4()"),
    (types.JSON, "{{}}"),
)
LEAST, MOST = ">=", "<="
NUMBERS = (types.Integer, types.Float, types.Numeric)


def example_of(column: Column[Any], number: int) -> str:
    """Source text; another one for each number. Raises Refusal."""
    kind = column.type
    if isinstance(kind, types.Enum):
        return repr(kind.enums[0])
    if isinstance(kind, types.String):
        return repr(f"{column.name} {number}"[-(kind.length or 200) :].strip())
    for known, source in EXAMPLES:
        if isinstance(kind, known):
            return _within_bounds(column, source.format(number=number), number)
    message = (
        f"{column.table.name}.{column.name} is a {kind!r}, and a test would need one: "
        f"write a resource that refers to it by hand."
    )
    raise Refusal(message)


def _within_bounds(column: Column[Any], example: str, number: int) -> str:
    """The example, or a value from a bound on that `min` or `max` has written for the column."""
    bounds = _bounds_of(column)
    further = number - 1 if column.unique else 0
    if isinstance(column.type, NUMBERS):
        return _number(column, _bounded(_fitting(column.type, example), bounds, further))
    if not bounds:
        return example
    operator, moment = next(iter(bounds.items()))
    days = timedelta(days=further if operator == LEAST else -further)
    kind = datetime if isinstance(column.type, types.DateTime) else date
    return f'{kind.__name__}.fromisoformat("{(kind.fromisoformat(moment) + days).isoformat()}")'


def _fitting(kind: types.TypeEngine[Any], example: str) -> Decimal:
    """Of decimals with few digits or none before the point, so many of the last place."""
    value = Decimal(example)
    if isinstance(kind, types.Numeric) and kind.precision is not None and kind.scale is not None:
        fits = value < Decimal(10) ** (kind.precision - kind.scale)
        return value if fits else value.scaleb(-kind.scale)
    return value


def _bounded(value: Decimal, bounds: Mapping[str, str], further: int) -> Decimal:
    if LEAST in bounds and value < Decimal(bounds[LEAST]):
        return Decimal(bounds[LEAST]) + further
    if MOST in bounds and value > Decimal(bounds[MOST]):
        return Decimal(bounds[MOST]) - further
    return value


def _number(column: Column[Any], value: Decimal) -> str:
    if value == int(value):
        return str(int(value))
    is_float = isinstance(column.type, types.Float)
    return f"{value:f}" if is_float else f'Decimal("{value:f}")'


def _bounds_of(column: Column[Any]) -> dict[str, str]:
    """Literals by operator."""
    checks = (each for each in column.table.constraints if isinstance(each, CheckConstraint))
    pattern = re.compile(rf"{column.name} ({LEAST}|{MOST}) '?([^\s']+)'?")
    found = (pattern.fullmatch(str(check.sqltext)) for check in checks)
    return {match[1]: match[2] for match in found if match}
