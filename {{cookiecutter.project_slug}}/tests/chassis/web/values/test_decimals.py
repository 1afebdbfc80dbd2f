"""Decimals: sent as they are received, with every digit and without an exponent."""

import json
from decimal import Decimal
from typing import Annotated, Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field, TypeAdapter
from sqlalchemy import Numeric
from sqlalchemy.orm import Mapped, mapped_column

from chassis.web.pagination import PageOf
from chassis.web.responses import created
from chassis.web.types import Digits, Input, Output
from chassis.web.values.decimals import plain
from tests.chassis.database.things import Scratch
from tests.support.clients import Client

PLAIN = [
    ("1E-8", "0.00000001"),
    ("0E-8", "0.00000000"),
    ("-0E-8", "0.00000000"),
    ("-0.00", "0.00"),
    ("-1.5E-20", "-0.000000000000000000015"),
    ("1E+5", "100000"),
    ("12.50", "12.50"),
    (f"{'9' * 40}.{'9' * 40}", f"{'9' * 40}.{'9' * 40}"),
    ("NaN", "NaN"),
]


class Rate(Scratch):
    __tablename__ = "rates"

    value: Mapped[Decimal] = mapped_column(Numeric(20, 8))


class RateRead(Output):
    value: Decimal


class Rates(Output):
    """Decimals wherever one may stand."""

    optional: Decimal | None
    one_of: Decimal | int | str
    listed: list[Decimal | None]
    by_name: dict[str, dict[Decimal, tuple[Decimal, ...]]]
    bounded: Annotated[Decimal, Field(max_digits=20)]
    rates: list[RateRead]
    again: "Rates | None" = None
    defaulted: Decimal = Decimal("1E-8")


@pytest.mark.parametrize(("number", "text"), PLAIN)
def test_a_decimal_is_written_with_every_digit(number: str, text: str) -> None:
    assert plain(Decimal(number)) == text


def test_so_it_is_wherever_it_stands_in_an_answer() -> None:
    small, text = Decimal("1E-8"), "0.00000001"
    rates = Rates(
        optional=small,
        one_of=small,
        listed=[small, None],
        by_name={"a": {small: (small,)}},
        bounded=small,
        rates=[RateRead(value=small)],
        again=Rates(optional=None, one_of=5, listed=[], by_name={}, bounded=small, rates=[]),
    )

    sent = json.loads(rates.model_dump_json())

    assert sent == rates.model_dump(mode="json")
    again = sent.pop("again")
    assert (again["one_of"], again["optional"]) == (5, None)
    assert sent == {
        "optional": text,
        "one_of": text,
        "listed": [text, None],
        "by_name": {"a": {text: [text]}},
        "bounded": text,
        "rates": [{"value": text}],
        "defaulted": text,
    }
    assert rates.model_dump()["listed"] == [small, None]
    assert Rates.model_json_schema(mode="serialization")["$defs"]["RateRead"]["properties"] == {
        "value": {"title": "Value", "type": "string"}
    }


def test_a_field_that_says_itself_how_it_is_written_has_its_way() -> None:
    class Cents(Output):
        value: Annotated[Decimal, Digits(20, 8)]
        text: str = Field(default="decimal", json_schema_extra={"type": "decimal"})

    cents = Cents.model_validate({"value": "0"})

    assert cents.model_dump() == {"value": Decimal("0E-8"), "text": "decimal"}
    assert cents.model_dump(mode="json") == {"value": "0.00000000", "text": "decimal"}


@pytest.fixture
async def app(app: FastAPI) -> FastAPI:
    rate = Rate(value=Decimal("0E-8"), version=1)

    @app.post("/rates")
    async def create() -> Any:
        return created(rate, RateRead, "/rates/1")

    @app.get("/rates", response_model=PageOf[RateRead])
    async def page() -> object:
        return {"items": [rate], "next_cursor": None}

    return app


async def test_an_entity_is_written_so_alone_and_in_a_list(client: Client) -> None:
    alone, listed = await client.post("/rates"), await client.get("/rates")

    assert alone.json() == {"value": "0.00000000"}
    assert listed.json()["items"] == [alone.json()]


@pytest.mark.parametrize("number", ["0", "-0", "0.00000001", "-999999999999.99999999"])
def test_what_is_received_is_sent_in_a_form_that_is_received(number: str) -> None:
    class Received(Input):
        value: Annotated[Decimal, Digits(20, 8)]

    received = Received.model_validate({"value": number})
    sent = RateRead(value=received.value).model_dump(mode="json")

    assert sent == received.model_dump(mode="json") == json.loads(received.model_dump_json())
    assert Received.model_validate(sent) == received


def test_digits_are_documented_alike_both_ways() -> None:
    digits = TypeAdapter(Annotated[Decimal, Digits(20, 8)])
    expected = {"type": "string", "pattern": r"^-?[0-9]{1,12}(\.[0-9]{1,8})?$"}

    assert digits.json_schema() == digits.json_schema(mode="serialization") == expected


def test_models_that_are_no_output_are_left_alone() -> None:
    class Plain(BaseModel):
        value: Decimal

    assert Plain(value=Decimal("1E-8")).model_dump_json() == '{"value":"1E-8"}'
