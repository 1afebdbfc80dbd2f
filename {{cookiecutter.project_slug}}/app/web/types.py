"""Input types that hold only what PostgreSQL can store; name one, and the holes are closed.

Each rule stands in the JSON schema too, so that generated clients and tests know it.
"""

import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Context, Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

from app.database.model import Entity

MAX_DEPTH = 32
DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
WIDE = Context(prec=1_000)  # what numeric may have; the usual 28 digits would round


class Output(BaseModel):
    """The base of what is sent; made from rows and other objects by their attributes."""

    model_config = ConfigDict(from_attributes=True, use_attribute_docstrings=True)

    @model_validator(mode="before")
    @classmethod
    def _values_of_entity(cls, source: Any) -> Any:
        """What is loaded is read at once: attribute by attribute takes three times as long."""
        if isinstance(source, Entity) and cls.__pydantic_fields__.keys() <= source.__dict__.keys():
            return source.__dict__
        return source


class Input(BaseModel):
    """The base of what is received, a body or a query; an unknown field is refused."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    @model_validator(mode="before")
    @classmethod
    def _whole_numbers(cls, values: Any) -> Any:
        """JSON has one kind of number: 5.0 is an integer, although Python reads a float."""
        if not isinstance(values, dict):
            return values
        return {name: _whole_number(value) for name, value in values.items()}


def _whole_number(value: Any) -> Any:
    whole = isinstance(value, float) and value.is_integer() and abs(value) < 2**63
    return int(value) if whole else value


def omitted() -> Any:
    """For a field that may be left out and then stays as it is; null is no value for it."""
    return Field(default_factory=lambda: None)


@dataclass(frozen=True, slots=True)
class Digits:
    """For a Decimal in a column `Numeric(precision, scale)`: money, weights, rates.

    Text in JSON, both ways: most clients read a number as a binary fraction, and 0.10 is none.
    """

    precision: int
    scale: int

    def __get_pydantic_core_schema__(self, *_: object) -> CoreSchema:
        whole, scale = self.precision - self.scale, self.scale
        fraction = rf"(\.[0-9]{{1,{scale}}})?" if scale else ""
        digits = rf"[0-9]{{1,{whole}}}" if whole else "0"
        text = core_schema.str_schema(pattern=f"^-?{digits}{fraction}$")
        return core_schema.no_info_after_validator_function(
            self._exact, text, serialization=core_schema.to_string_ser_schema()
        )

    def _exact(self, text: str) -> Decimal:
        """As PostgreSQL will give it back: every place of the scale, and no minus zero."""
        return WIDE.plus(WIDE.quantize(Decimal(text), Decimal(1).scaleb(-self.scale)))


def _only_date(value: object) -> object:
    # A number would be read as seconds since 1970, a time as its date.
    if not (isinstance(value, str) and DATE.fullmatch(value)):
        message = "Input should be a date such as 2026-01-31"
        raise ValueError(message)
    return value


def _only_date_and_time(value: object) -> object:
    # A number, also one in quotes, would be read as seconds since 1970.
    if not (isinstance(value, str) and DATE.match(value)):
        message = "Input should be a time such as 2026-01-31T12:00:00Z"
        raise ValueError(message)
    return value


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        message = "Input should be a time between the years 1 and 9999 in UTC"
        raise ValueError(message) from None


def _storable_json(value: Any) -> Any:
    pending = [(value, 1)]
    while pending:
        item, depth = pending.pop()
        if depth > MAX_DEPTH:
            message = f"Input should be nested at most {MAX_DEPTH} deep"
            raise ValueError(message)
        if isinstance(item, dict):
            pending += [(part, depth + 1) for pair in item.items() for part in pair]
        elif isinstance(item, list):
            pending += [(part, depth + 1) for part in item]
        elif isinstance(item, float) and not math.isfinite(item):
            message = "Input should not hold NaN or Infinity"
            raise ValueError(message)
        elif isinstance(item, str) and (
            "\0" in item or (not item.isascii() and _has_surrogate(item))
        ):
            message = "Input should not hold NUL or lone surrogates"
            raise ValueError(message)
        elif isinstance(item, int) and not -(2**63) <= item < 2**63:
            message = "Input should not hold integers beyond 64 bits"
            raise ValueError(message)
    return value


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]
"""Any text but NUL; give it a `max_length`."""

Name = Annotated[str, Field(pattern=r"^[^\x00]*[^\x00-\x20][^\x00]*$")]
"""Text with at least one visible character."""

Int32 = Annotated[int, Field(strict=True, ge=-(2**31), le=2**31 - 1)]
"""PostgreSQL's integer; a JSON number, not text and not a boolean."""

Int64 = Annotated[int, Field(strict=True, ge=-(2**63), le=2**63 - 1)]
"""PostgreSQL's bigint."""

Int53 = Annotated[int, Field(strict=True, ge=-(2**53) + 1, le=2**53 - 1)]
"""Of a bigint what every client reads exactly, also one to whom all numbers are floats."""

Bool = Annotated[bool, Field(strict=True)]
"""True or false; neither "yes" nor 1."""

Finite = Annotated[float, Field(strict=True, allow_inf_nan=False)]
"""A float without NaN and Infinity."""

Instant = Annotated[AwareDatetime, BeforeValidator(_only_date_and_time), AfterValidator(_in_utc)]
"""A time with its offset; without one it would be read in the time zone of the process."""

Day = Annotated[date, BeforeValidator(_only_date)]
"""A date without a time."""

Json = Annotated[Any, AfterValidator(_storable_json)]
"""Any JSON that a jsonb column holds."""
