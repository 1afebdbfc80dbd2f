"""Input types that hold only what PostgreSQL can store; name one, and the holes are closed.

Each rule stands in the JSON schema too, so that generated clients and tests know it.
"""

import re
from datetime import UTC, date, datetime
from functools import cache
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    model_validator,
)
from pydantic_core import CoreSchema

from chassis.database.model import Entity
from chassis.web.values.decimals import Digits, write_plainly
from chassis.web.values.meaning import as_meant
from chassis.web.values.stored_json import MAX_DEPTH, storable
from chassis.web.values.texts import Visible

__all__ = [
    "MAX_DEPTH",
    "Bool",
    "Day",
    "Digits",
    "Finite",
    "Input",
    "Instant",
    "Int32",
    "Int53",
    "Int64",
    "Json",
    "Name",
    "Output",
    "Text",
    "omitted",
]

DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# The driver takes the two ends for -infinity and infinity, which come back without an offset.
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class Output(BaseModel):
    """The base of what is sent; made from rows and other objects by their attributes."""

    model_config = ConfigDict(from_attributes=True, use_attribute_docstrings=True)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler, /
    ) -> CoreSchema:
        schema = handler(source)
        write_plainly(handler.resolve_ref_schema(schema))
        return schema

    @model_validator(mode="before")
    @classmethod
    def _values_of_entity(cls, source: Any) -> Any:
        """What is loaded is read at once: attribute by attribute takes three times as long.

        Not where fields beside the schema's mean something: an entity has many, and SQLAlchemy's.
        """
        if (
            isinstance(source, Entity)
            and cls.__pydantic_fields__.keys() <= source.__dict__.keys()
            and _reads_by_name(cls)
        ):
            return source.__dict__
        return source


@cache
def _reads_by_name(output: type[BaseModel]) -> bool:
    """Each field is the attribute of its name, and there are no others."""
    fields = output.model_fields.values()
    by_name = all(field.validation_alias is None for field in fields)
    return by_name and output.model_config.get("extra", "ignore") == "ignore"


class Input(BaseModel):
    """The base of what is received, a body or a query; an unknown field is refused.

    Text is composed (NFC) before it is checked, counted, stored or searched for, wherever a field
    is not any JSON.
    """

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    @model_validator(mode="before")
    @classmethod
    def _as_meant(cls, values: Any) -> Any:
        return as_meant(cls, values) if isinstance(values, dict) else values


def omitted() -> Any:
    """For a field that may be left out and then stays as it is; null is no value for it."""
    return Field(default_factory=lambda: None)


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
        meant = value.astimezone(UTC)
    except OverflowError:
        meant = LAST
    if FIRST < meant < LAST:
        return meant
    message = "Input should be a time between the years 1 and 9999 in UTC"
    raise ValueError(message)


Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]
"""Any text but NUL; give it a `max_length`."""

Name = Annotated[str, Visible()]
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
"""A date without a time. PostgreSQL has infinity for 9999-12-31, which comes back as it went."""

Json = Annotated[Any, AfterValidator(storable)]
"""Any JSON that a jsonb column holds."""
