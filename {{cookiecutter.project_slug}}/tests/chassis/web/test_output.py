"""What is sent: the fields of the schema, of whatever they are read from."""

import math
from typing import Any

import pytest
from pydantic import ConfigDict, Field
from sqlalchemy.orm import Mapped

from chassis.web.types import Output
from tests.chassis.database.things import Scratch


class Book(Scratch):
    __tablename__ = "books"
    title: Mapped[str]
    secret: Mapped[str]


def test_what_is_sent_may_be_made_from_any_object() -> None:
    class Circle(Output):
        radius: float
        """In metres."""

    class Row:
        radius = math.pi
        secret = "not sent"

    assert Circle.model_validate(Row()).model_dump() == {"radius": math.pi}
    assert Circle.model_json_schema()["properties"]["radius"]["description"] == "In metres."


def test_what_is_sent_may_be_made_from_an_entity_and_from_what_it_computes() -> None:
    class Named(Output):
        name: str

    class Sized(Named):
        area: int

    class Square(Scratch):
        __tablename__ = "squares"
        name: Mapped[str]

        @property
        def area(self) -> int:
            return 16

    square = Square(name="four")

    assert Named.model_validate(square).model_dump() == {"name": "four"}
    assert Sized.model_validate(square).model_dump() == {"name": "four", "area": 16}


def test_a_field_of_another_name_is_read_by_that() -> None:
    class Shown(Output):
        name: str = Field(validation_alias="shown")

    class Lamp(Scratch):
        __tablename__ = "lamps"
        name: Mapped[str]

        @property
        def shown(self) -> str:
            return f"a {self.name}"

    assert Shown.model_validate(Lamp(name="lamp")).name == "a lamp"


@pytest.mark.parametrize("extra", ["allow", "forbid", "ignore"])
def test_of_an_entity_nothing_is_sent_but_the_fields_of_the_schema(extra: Any) -> None:
    class Titled(Output):
        model_config = ConfigDict(extra=extra)
        title: str

    class Page(Output):
        items: list[Titled]

    book = Book(title="Emma", secret="not sent")

    assert Titled.model_validate(book).model_dump() == {"title": "Emma"}
    assert Page.model_validate({"items": [book]}).model_dump() == {"items": [{"title": "Emma"}]}
