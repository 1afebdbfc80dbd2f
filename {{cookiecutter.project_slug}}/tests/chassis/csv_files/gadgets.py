"""A resource of the tests' own, with a column of every kind, and the command line that knows it."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Computed, ForeignKey, Numeric, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.cli.service import Service
from chassis.cli.transfers import commands
from chassis.csv_files.resource import Resource
from chassis.database.model import text_enum
from chassis.web.types import Bool, Finite, Input, Instant, Int32, Int64, Json, Name
from chassis.web.types import Text as AnyText
from tests.chassis.database.things import Scratch


class Shape(StrEnum):
    ROUND = "round"
    FLAT = "flat"


class Gadget(Scratch):
    __tablename__ = "gadgets"
    __table_args__ = (CheckConstraint("size < 1000", name="size_small"),)

    name: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int]
    notes: Mapped[str | None]
    big: Mapped[int | None] = mapped_column(BigInteger)
    ratio: Mapped[float | None]
    price: Mapped[Decimal | None] = mapped_column(Numeric)
    ready: Mapped[bool | None]
    seen_at: Mapped[datetime | None]
    day: Mapped[date | None]
    shape: Mapped[Shape] = mapped_column(text_enum(Shape), default=Shape.ROUND)
    extra: Mapped[Any] = mapped_column(JSONB, nullable=True)
    tags: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    part_of: Mapped[UUID | None] = mapped_column(
        ForeignKey("scratch.gadgets.id", deferrable=True, initially="DEFERRED")
    )
    rank: Mapped[int | None]  # the schema of creation does not know it, nor the next
    origin: Mapped[Any] = mapped_column(JSONB, nullable=True)
    doubled: Mapped[int] = mapped_column(Computed("size * 2", persisted=True))


class GadgetCreate(Input):
    name: Name
    size: Annotated[Int32, Field(ge=0)]
    notes: AnyText | None = None
    big: Int64 | None = None
    ratio: Finite | None = None
    price: Decimal | None = None
    ready: Bool | None = None
    seen_at: Instant | None = None
    day: date | None = None
    shape: Shape = Shape.FLAT
    extra: Json = None
    tags: list[str] | None = None
    part_of: UUID | None = None


GADGETS = Resource("gadgets", Gadget, GadgetCreate)

SERVICE = Service("", resources=[GADGETS])

if __name__ == "__main__":
    commands(obj=SERVICE)
