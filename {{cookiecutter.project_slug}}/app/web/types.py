"""Input types that hold only what PostgreSQL can store; name one, and the holes are closed.

Each rule stands in the JSON schema too, so that generated clients and tests know it.
"""

import math
import re
from datetime import UTC, datetime
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

MAX_DEPTH = 32
DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class Output(BaseModel):
    """The base of what is sent; made from rows and other objects by their attributes."""

    model_config = ConfigDict(from_attributes=True, use_attribute_docstrings=True)


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

Bool = Annotated[bool, Field(strict=True)]
"""True or false; neither "yes" nor 1."""

Finite = Annotated[float, Field(strict=True, allow_inf_nan=False)]
"""A float without NaN and Infinity."""

Instant = Annotated[AwareDatetime, BeforeValidator(_only_date_and_time), AfterValidator(_in_utc)]
"""A time with its offset; without one it would be read in the time zone of the process."""

Json = Annotated[Any, AfterValidator(_storable_json)]
"""Any JSON that a jsonb column holds."""
