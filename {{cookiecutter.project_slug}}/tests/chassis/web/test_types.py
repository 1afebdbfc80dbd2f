"""The input types, as a client meets them: what they take, what they refuse, what they document."""

from decimal import Decimal
from typing import Annotated, Any

import pytest
from fastapi import FastAPI
from pydantic import Field, TypeAdapter, ValidationError

from chassis.web.types import (
    MAX_DEPTH,
    Bool,
    Day,
    Digits,
    Finite,
    Input,
    Instant,
    Int32,
    Int53,
    Int64,
    Json,
    Name,
    Text,
    omitted,
)
from chassis.web.values.texts import VISIBLE_IN_ANY_DIALECT
from tests.support.clients import Client

JSON = {"Content-Type": "application/json"}
INT32 = {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1}
DEEPEST = "[" * (MAX_DEPTH - 1) + "1" + "]" * (MAX_DEPTH - 1)


class Sample(Input):
    text: Text = omitted()
    name: Name = omitted()
    int32: Int32 = omitted()
    int53: Int53 = omitted()
    int64: Int64 = omitted()
    finite: Finite = omitted()
    instant: Instant = omitted()
    day: Day = omitted()
    price: Annotated[Decimal, Digits(5, 2)] = omitted()
    rate: Annotated[Decimal, Digits(3, 3)] = omitted()
    count: Annotated[Decimal, Digits(40, 0)] = omitted()
    json_: Annotated[Json, Field(alias="json")] = omitted()
    sizes: list[Int32] = omitted()


@pytest.fixture
async def app(app: FastAPI) -> FastAPI:
    @app.post("/sample")
    async def sample(body: Sample) -> Any:
        return body.model_dump(exclude_unset=True, by_alias=True)

    return app


@pytest.mark.parametrize(
    ("field", "value", "read"),
    [
        ("text", '""', ""),
        ("text", '"a\\n\\u0001\\u00e4\\ud83d\\ude00"', "a\n\x01ä😀"),
        ("name", '"  a  "', "  a  "),
        ("int32", "-2147483648", -(2**31)),
        ("int32", "2147483647", 2**31 - 1),
        ("int32", "5.0", 5),
        ("int53", "-9007199254740991", -(2**53) + 1),
        ("int53", "9007199254740991", 2**53 - 1),
        ("int64", "-9223372036854775808", -(2**63)),
        ("int64", "9223372036854775807", 2**63 - 1),
        ("finite", "1.5", 1.5),
        ("finite", "5", 5.0),
        ("finite", "1e300", 1e300),
        ("instant", '"2026-01-31T12:00:00+05:00"', "2026-01-31T07:00:00Z"),
        ("instant", '"2026-01-31T12:00:00.123456Z"', "2026-01-31T12:00:00.123456Z"),
        ("instant", '"0001-01-01T00:00:00.000001Z"', "0001-01-01T00:00:00.000001Z"),
        ("instant", '"9999-12-31T23:59:59.999998Z"', "9999-12-31T23:59:59.999998Z"),
        ("day", '"2026-01-31"', "2026-01-31"),
        ("price", '"5"', "5.00"),
        ("price", '"-007.5"', "-7.50"),
        ("price", '"999.99"', "999.99"),
        ("price", '"-0.0"', "0.00"),
        ("rate", '"0.125"', "0.125"),
        ("count", f'"{"9" * 40}"', "9" * 40),
        ("json", "null", None),
        ("json", '{"a": [1, 1e300, true, {"b": "\\u00e4"}]}', {"a": [1, 1e300, True, {"b": "ä"}]}),
        ("json", "1e300", 1e300),
        ("json", "9223372036854775807", 2**63 - 1),
        ("json", "[10000000000000000000]", [10**19]),  # what jsonb makes of 1e19
        ("json", f"-15{'0' * 200}", -15 * 10**200),
    ],
)
async def test_what_can_be_stored_is_taken(
    client: Client, field: str, value: str, read: object
) -> None:
    response = await client.post("/sample", content=f'{{"{field}": {value}}}', headers=JSON)

    assert (response.status_code, response.json()) == (200, {field: read})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *[("text", value) for value in ('"a\\u0000b"', '"\\ud800"', '"\\udc00x"', "5", "null")],
        *[("name", value) for value in ('""', '" \\t\\n"', '"a\\u0000"', '"a\\ud800"', "null")],
        *[("int32", value) for value in ("2147483648", "-2147483649", "1.5", '"5"', "true")],
        *[("int32", value) for value in ("1e300", "NaN", "Infinity", "null", "[5]")],
        *[("int53", value) for value in ("9007199254740992", "-9007199254740992", '"5"', "true")],
        *[("int64", value) for value in ("9223372036854775808", "-9223372036854775809")],
        *[("int64", value) for value in ('"5"', "false", "1.5", "1e19")],
        *[("finite", value) for value in ("NaN", "Infinity", "-Infinity", "1e999")],
        *[("finite", value) for value in ('"1.5"', "true", "null")],
        *[("instant", value) for value in ('"2026-01-31T12:00:00"', '"2026-01-31"', '"now"')],
        *[("instant", value) for value in ("0", "1.5", '"1700000000"', '"-5"', "true", "null")],
        *[("instant", value) for value in ('"2026-02-30T00:00:00Z"', '"2026-01-31T12:00:00+99"')],
        *[
            ("day", value)
            for value in ('"2026-02-30"', '"2026-01-31T00:00:00Z"', '"5"', "0", "null")
        ],
        *[
            ("price", value)
            for value in ("5", "5.5", '"1000"', '"0.001"', '"1e1"', '"NaN"', "null")
        ],
        *[
            ("price", value)
            for value in ('"1,5"', '""', '"."', '"1."', '" 1"', '"+1"', '"\\u0661"')
        ],
        ("rate", '"1"'),
        ("count", '"0.0"'),
        ("instant", '"0001-01-01T00:00:00+14:00"'),
        ("instant", '"9999-12-31T23:59:59-14:00"'),
        ("instant", '"0001-01-01T00:00:00Z"'),  # to the driver, minus infinity
        ("instant", '"9999-12-31T23:59:59.999999Z"'),
        *[("json", value) for value in ('"\\u0000"', '{"\\u0000": 1}', '["\\ud800"]', "[NaN]")],
        *[("json", value) for value in ("-Infinity", "1e999", "9223372036854775808")],
        ("json", '{"a": -9223372036854775809}'),
        ("json", f"1{'0' * 400}"),
        ("json", '{"\\ud800": 1}'),
    ],
)
async def test_what_cannot_be_stored_is_refused_by_name(
    client: Client, field: str, value: str
) -> None:
    response = await client.post("/sample", content=f'{{"{field}": {value}}}', headers=JSON)

    assert response.status_code == 422
    assert {error["loc"][1] for error in response.json()["errors"]} == {field}


@pytest.mark.parametrize("sent", ["1.0", "1", "[1.0]", "[1]", "true"])
async def test_the_numbers_of_json_stay_what_they_are(client: Client, sent: str) -> None:
    response = await client.post("/sample", content=f'{{"json": {sent}}}', headers=JSON)

    assert response.text == f'{{"json":{sent}}}'


async def test_a_list_takes_a_whole_number_however_it_is_written(client: Client) -> None:
    response = await client.post("/sample", json={"sizes": [1.0, 2]})

    assert response.text == '{"sizes":[1,2]}'


@pytest.mark.parametrize("depth", ["[{}]", '{{"a": {}}}'])
async def test_json_is_nested_at_most_so_deep(client: Client, depth: str) -> None:
    deepest = await client.post("/sample", content=f'{{"json": {DEEPEST}}}', headers=JSON)
    content = f'{{"json": {depth.format(DEEPEST)}}}'
    too_deep = await client.post("/sample", content=content, headers=JSON)

    assert (deepest.status_code, too_deep.status_code) == (200, 422)


async def test_an_unknown_field_is_refused(client: Client) -> None:
    response = await client.post("/sample", json={"colour": "red"})

    assert response.status_code == 422
    assert response.json()["errors"][0]["loc"] == ["body", "colour"]


async def test_a_field_that_is_left_out_stays_unset(client: Client) -> None:
    response = await client.post("/sample", json={})

    assert (response.status_code, response.json()) == (200, {})


def test_the_schema_states_the_rules() -> None:
    properties = Sample.model_json_schema()["properties"]

    assert {name: without_title(schema) for name, schema in properties.items()} == {
        "text": {"type": "string", "pattern": r"^[^\x00]*$"},
        "name": {"type": "string", "pattern": VISIBLE_IN_ANY_DIALECT},
        "int32": INT32,
        "int53": {"type": "integer", "minimum": -(2**53) + 1, "maximum": 2**53 - 1},
        "int64": {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1},
        "finite": {"type": "number"},
        "instant": {"type": "string", "format": "date-time"},
        "day": {"type": "string", "format": "date"},
        "price": {"type": "string", "pattern": r"^-?[0-9]{1,3}(\.[0-9]{1,2})?$"},
        "rate": {"type": "string", "pattern": r"^-?0(\.[0-9]{1,3})?$"},
        "count": {"type": "string", "pattern": r"^-?[0-9]{1,40}$"},
        "json": {},
        "sizes": {"type": "array", "items": INT32},
    }
    assert Sample.model_json_schema()["additionalProperties"] is False


def without_title(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "title"}


def test_a_narrower_type_keeps_the_rules_of_the_wider() -> None:
    class Narrow(Input):
        size: Annotated[Int32, Field(ge=0)]
        label: Annotated[Name, Field(max_length=5)]

    properties = Narrow.model_json_schema()["properties"]
    assert without_title(properties["size"]) == {
        "type": "integer",
        "minimum": 0,
        "maximum": 2**31 - 1,
    }
    assert properties["label"]["maxLength"] == 5
    assert "pattern" in properties["label"]


@pytest.mark.parametrize("value", ["yes", "true", 1, 0, 1.0, None])
def test_bool_is_true_or_false_and_nothing_like_it(value: object) -> None:
    assert TypeAdapter(Bool).validate_python(True) is True
    with pytest.raises(ValidationError):
        TypeAdapter(Bool).validate_python(value)
