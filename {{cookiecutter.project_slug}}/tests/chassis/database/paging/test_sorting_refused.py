"""Which columns a repository may not sort by: the class is refused when it is defined."""

from datetime import time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
from sqlalchemy import (
    ARRAY,
    Float,
    Index,
    MetaData,
    Numeric,
    String,
    Text,
    Time,
    TypeDecorator,
    UniqueConstraint,
    func,
    literal,
    text,
)
from sqlalchemy import Enum as EnumType
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, column_property, mapped_column

from chassis.database.model import Entity
from chassis.database.repository import Repository


class Shouting(TypeDecorator[str]):
    impl = String(5)
    cache_ok = True


class Confusing(Enum):
    NUMBER = 1
    PAIR = object()


class Refused(Entity):
    __tablename__ = "refused"
    metadata = MetaData()  # nobody makes this table
    __table_args__ = (
        Index(None, "partly", "id", postgresql_where=text("length(partly) < 5")),
        UniqueConstraint("whole"),
    )

    lasted: Mapped[timedelta]
    perhaps: Mapped[int | None]
    wide: Mapped[str] = mapped_column(String(601))
    long: Mapped[str]
    partly: Mapped[str]
    whole: Mapped[str]
    shouted: Mapped[str] = mapped_column(Shouting())
    lowered: Mapped[str] = column_property(func.lower("a", type_=Text()))
    halved: Mapped[float] = column_property(literal(1.0) / 2)
    blob: Mapped[bytes]
    as_float: Mapped[float] = mapped_column(Numeric(asdecimal=False))
    as_decimal: Mapped[Decimal] = mapped_column(Float(asdecimal=True))
    zoned: Mapped[time] = mapped_column(Time(timezone=True))
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    notes: Mapped[Any] = mapped_column(JSONB)
    confusing: Mapped[Confusing] = mapped_column(EnumType(Confusing))


def sort_by(name: str) -> None:
    sorts = {"it": getattr(Refused, name)}
    type("RefusedRepository", (Repository,), {"model": Refused, "sorts": sorts})


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("perhaps", "it may be null"),
        ("confusing", "Confusing.PAIR does not come back from a cursor as it went"),
        *[(name, "its text may be too long") for name in ("wide", "long", "partly", "lowered")],
        *[
            (name, "may not come back from a cursor as it went")
            for name in ("lasted", "shouted", "blob", "as_float", "as_decimal", "zoned", "tags")
        ],
        ("notes", "may not come back from a cursor as it went"),
    ],
)
def test_a_column_that_would_lose_rows_is_refused_with_the_class(name: str, why: str) -> None:
    with pytest.raises(TypeError, match=f"Refused cannot be sorted by it: .*{why}"):
        sort_by(name)


@pytest.mark.parametrize("name", ["whole", "halved"])
def test_text_in_an_index_and_what_is_calculated_can_be_sorted_by(name: str) -> None:
    sort_by(name)
