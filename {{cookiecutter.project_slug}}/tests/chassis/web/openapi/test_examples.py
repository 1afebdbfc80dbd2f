"""What `/docs` fills in for a body is taken: every field has an example that fits its schema."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from fastapi import FastAPI, Query
from pydantic import Field, WithJsonSchema, create_model

from chassis.web.openapi import describe_api
from chassis.web.pagination import PageOf, PageQuery
from chassis.web.types import (
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
    Output,
    Text,
    omitted,
)
from tests.support.clients import client_of
from tests.support.filling_in import body_for, filled_in

ID = "01980c5e-7a52-7c3f-9d41-5b8e6f0a1c2d"


class Color(StrEnum):
    RED = "red"
    BLUE = "blue"


class Part(Input):
    part_id: UUID
    count: Annotated[Int32, Field(ge=1, le=9)]


Short, Long = Annotated[Name, Field(max_length=1)], Annotated[Text, Field(min_length=30)]
Code = Annotated[str, Field(pattern=r"^[A-Z]{3}-\d+$", examples=["ABC-1"])]
FIELDS: dict[str, Any] = {
    "name": Name,
    "note_for_us": Text,
    "short": Short,
    "long": Long,
    "code": Code,
    "maybe_code": Code | None,
    "int32": Int32,
    "int53": Int53,
    "int64": Int64,
    "adult_age": Annotated[Int32, Field(ge=18)],
    "below_zero": Annotated[Int32, Field(lt=0)],
    "between": Annotated[int, Field(gt=5, lt=7)],
    "dozens": Annotated[int, Field(gt=12, multiple_of=12)],
    "sevens": Annotated[int, Field(multiple_of=7)],
    "finite": Finite,
    "ratio": Annotated[Finite, Field(gt=0, lt=1)],
    "step": Annotated[Finite, Field(ge=0.1, multiple_of=0.1)],
    "price": Annotated[Decimal, Digits(12, 2)],
    "small": Annotated[Decimal, Digits(9, 9)],
    "whole": Annotated[Decimal, Digits(40, 0)],
    "plain_decimal": Decimal,
    "flag": Bool,
    "day": Day,
    "instant": Instant,
    "plain_day": date,
    "plain_instant": datetime,
    "at": time,
    "lasts": timedelta,
    "id": UUID,
    "maybe_id": UUID | None,
    "json_value": Json,
    "color": Color,
    "literal": Literal["only"],
    "sizes": list[Int32],
    "some_sizes": Annotated[list[Int32], Field(min_length=2)] | None,
    "parts": Annotated[list[Part], Field(min_length=1)],
    "part": Part,
    "maybe_part": Part | None,
    "counts": dict[str, Int32],
    "free": dict[str, Any],
    "whatever": Annotated[int | str, Field(union_mode="left_to_right")],
}
REQUIRED: dict[str, Any] = {it: (kind, ...) for it, kind in FIELDS.items()}
OMITTED: dict[str, Any] = {it: (kind, omitted()) for it, kind in FIELDS.items()}
Create: Any = create_model("Create", __base__=Input, **REQUIRED)
Update: Any = create_model("Update", __base__=Input, **OMITTED)


@pytest.fixture
def plain() -> FastAPI:
    app = FastAPI()
    describe_api(app)

    @app.post("/things", response_model=Create)
    async def create(body: Create) -> object:
        return body

    @app.patch("/things")
    async def update(body: Update) -> dict[str, Any]:
        return dict(body.model_dump(exclude_unset=True))

    return app


@pytest.mark.parametrize("method", ["post", "patch"])
async def test_what_is_filled_in_for_a_body_is_taken(plain: FastAPI, method: str) -> None:
    body = body_for(plain.openapi(), "/things", method)

    assert body.keys() == FIELDS.keys()
    async with client_of(plain) as client:
        response = await client.request(method, "/things", json=body)
    assert response.status_code == 200, response.text


def test_text_is_the_name_of_its_field_where_that_fits(plain: FastAPI) -> None:
    body = body_for(plain.openapi(), "/things", "post")

    assert body["name"] == "name"
    assert body["note_for_us"] == "note for us"
    assert body["short"] == "s"
    assert body["price"] == "1.50"


def test_a_field_says_its_own(plain: FastAPI) -> None:
    body = body_for(plain.openapi(), "/things", "post")

    assert (body["code"], body["maybe_code"]) == ("ABC-1", "ABC-1")


def test_what_must_be_referred_to_is_an_id_and_what_may_be_is_null(plain: FastAPI) -> None:
    body = body_for(plain.openapi(), "/things", "post")

    assert (body["id"], body["part"]["part_id"], body["maybe_id"]) == (ID, ID, None)


def test_what_nothing_fits_has_none(plain: FastAPI) -> None:
    class Strange(Output):
        code: Annotated[str, Field(pattern="^[A-Z]{3}$")]
        dialect: Annotated[str, Field(pattern=r"^\p{Lu}$")]
        file: bytes
        none: None
        nothing_between: Annotated[int, Field(gt=5, lt=6)]
        anything: Annotated[Any, WithJsonSchema({"properties": {"any": True}})]
        any_of: Annotated[Any, WithJsonSchema({"anyOf": [True]})]

    @plain.get("/strange")
    async def read() -> Strange:
        raise NotImplementedError

    properties = plain.openapi()["components"]["schemas"]["Strange"]["properties"]

    assert [name for name, it in properties.items() if "examples" in it] == []


class Thing(Output):
    name: str


class ThingQuery(PageQuery):
    name: Name | None = None
    part_id: UUID | None = None
    at_least: Annotated[Int32, Field(ge=3)] = 4


def test_parameters_have_examples_that_pages_do_not_fill_in(plain: FastAPI) -> None:
    """Those of a parameter itself, `example` and `examples`, would be."""

    @plain.get("/things/{thing_id}")
    async def read(thing_id: UUID, query: Annotated[ThingQuery, Query()]) -> None: ...

    parameters = plain.openapi()["paths"]["/things/{thing_id}"]["get"]["parameters"]

    assert not any({"example", "examples"} & it.keys() for it in parameters)
    schemas = {it["name"]: it["schema"] for it in parameters}
    assert schemas["thing_id"]["examples"] == [ID]
    assert schemas["name"]["anyOf"][0]["examples"] == ["name"]
    assert schemas["part_id"]["anyOf"][0]["examples"] == [ID]
    assert schemas["at_least"]["default"] == 4


async def test_every_field_of_a_list_has_one(plain: FastAPI) -> None:
    @plain.get("/things")
    async def read(query: Annotated[PageQuery, Query()]) -> PageOf[Thing]:
        raise NotImplementedError

    document = plain.openapi()

    page = filled_in(document, {"$ref": "#/components/schemas/PageOf_Thing_"})
    assert page["items"] == [{"name": "name"}]
    parameters = document["paths"]["/things"]["get"]["parameters"]
    (asked,) = (it["schema"] for it in parameters if it["name"] == "cursor")
    assert asked["anyOf"][0]["examples"] == [page["next_cursor"]]


async def test_every_field_of_the_service_has_one(app: FastAPI) -> None:
    document = app.openapi()

    for schema in document["components"]["schemas"].values():
        assert filled_in(document, schema)


async def test_examples_are_the_same_each_time(plain: FastAPI) -> None:
    first = plain.openapi()
    plain.openapi_schema = None

    assert plain.openapi() == first
