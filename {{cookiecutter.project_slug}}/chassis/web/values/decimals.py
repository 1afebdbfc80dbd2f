"""Decimals as text that says every digit: 0.00000001, where Python would say 1E-8."""

from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any

from pydantic import GetJsonSchemaHandler, SerializationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticSerializationUnexpectedValue, core_schema

WIDE = Context(prec=1_000)  # what numeric may have; the usual 28 digits would round
SCHEMA_OF_OTHERS = {"metadata", "default"}


def plain(number: Decimal) -> str:
    """As PostgreSQL writes it: without an exponent, and there is no minus zero."""
    if not number:
        number = number.copy_abs()
    text = str(number)
    return f"{number:f}" if "E" in text else text


def _plain_if_decimal(value: Any) -> str:
    if not isinstance(value, Decimal):  # one of a union: the next may know it
        message = "it is no Decimal"
        raise PydanticSerializationUnexpectedValue(message)
    return plain(value)


PLAIN = core_schema.plain_serializer_function_ser_schema(
    _plain_if_decimal, when_used="json-unless-none"
)


def write_plainly(schema: Any) -> None:
    """Every decimal of a schema that says nothing else of how it is written."""
    if isinstance(schema, dict):
        if schema.get("type") == "decimal":
            schema.setdefault("serialization", PLAIN)
        schema = [part for name, part in schema.items() if name not in SCHEMA_OF_OTHERS]
    if isinstance(schema, list | tuple):
        for part in schema:
            write_plainly(part)


def _plain_in_json(value: Any, info: SerializationInfo) -> Any:
    return plain(value) if info.mode_is_json() and isinstance(value, Decimal) else value


@dataclass(frozen=True, slots=True)
class Digits:
    """For a Decimal in a column `Numeric(precision, scale)`: money, weights, rates.

    Text in JSON, both ways: most clients read a number as a binary fraction, and 0.10 is none.
    """

    precision: int
    scale: int

    def __get_pydantic_core_schema__(self, *_: object) -> CoreSchema:
        written = core_schema.plain_serializer_function_ser_schema(
            _plain_in_json, info_arg=True, return_schema=core_schema.any_schema()
        )
        return core_schema.no_info_after_validator_function(
            self._exact, self._text(), serialization=written
        )

    def __get_pydantic_json_schema__(
        self, _: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(self._text())

    def _text(self) -> CoreSchema:
        whole, scale = self.precision - self.scale, self.scale
        fraction = rf"(\.[0-9]{{1,{scale}}})?" if scale else ""
        digits = rf"[0-9]{{1,{whole}}}" if whole else "0"
        return core_schema.str_schema(pattern=f"^-?{digits}{fraction}$")

    def _exact(self, text: str) -> Decimal:
        """As PostgreSQL will give it back: every place of the scale, and no minus zero."""
        return WIDE.plus(WIDE.quantize(Decimal(text), Decimal(1).scaleb(-self.scale)))
