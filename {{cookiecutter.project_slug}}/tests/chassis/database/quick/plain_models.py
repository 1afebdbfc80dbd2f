"""Models about which all is plain: one for each type of column, and each harmless way to write one.

Each has the rows to compare it by.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from ipaddress import ip_address, ip_network
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    Boolean,
    Computed,
    Date,
    DateTime,
    Dialect,
    Enum,
    Float,
    Identity,
    Integer,
    Interval,
    LargeBinary,
    MetaData,
    Numeric,
    PickleType,
    SmallInteger,
    String,
    Text,
    Time,
    TypeDecorator,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import CIDR, INET, INT4RANGE, JSONB, REAL, Range
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from chassis.database.model import NAMING_CONVENTION, Entity

Rows = Sequence[dict[str, Any]]


class Compared(Entity):
    __abstract__ = True
    metadata = MetaData(schema="scratch", naming_convention=NAMING_CONVENTION)


@dataclass(frozen=True)
class Case:
    model: type[Compared]
    rows: Rows
    needs: tuple[type[Compared], ...] = ()
    """Whose tables it reads."""

    def __str__(self) -> str:
        return self.model.__name__


class Suit(StrEnum):
    HEARTS = "hearts"
    DARK_SPADES = "dark-spades"


class Shouted(TypeDecorator[str]):
    """Is not in the database as it is in Python, and nothing has a word."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str:
        return (value or "nothing").upper()

    def process_result_value(self, value: str | None, _dialect: Dialect) -> str | None:
        return value and value.lower()


class Cents(TypeDecorator[Decimal]):
    impl = Float(asdecimal=True)
    cache_ok = True


class Reversed(TypeDecorator[str]):
    """Has SQL around it, both ways."""

    impl = Text
    cache_ok = True

    def bind_expression(self, bindvalue: Any) -> Any:
        return func.reverse(bindvalue, type_=Text())

    def column_expression(self, column: Any) -> Any:
        return func.reverse(column, type_=self)


def _of_type(name: str, kind: Any, *values: Any) -> Case:
    """A model with two such columns, one of which may be null."""
    columns = {
        "__tablename__": f"type_{name}",
        "__annotations__": {"value": Mapped[Any], "other": Mapped[Any]},
        "value": mapped_column(kind, nullable=False),
        "other": mapped_column("another one", kind, nullable=True),
    }
    model = type(f"With_{name}", (Compared,), columns)
    rows = [{"value": values[0]}, {"value": values[0], "other": None}]
    return Case(model, [*rows, *({"value": value, "other": value} for value in values)])


DAY = date(2026, 2, 28)
SPEAKING_SQL = _of_type("decorated_sql", Reversed, "lamp")
TYPES = [
    _of_type("text", Text, "", "é\u2028𝄞"),
    _of_type("string", String(5), "abcde"),
    _of_type("integer", Integer, 0, -(2**31)),
    _of_type("small", SmallInteger, 7),
    _of_type("big", BigInteger, 2**63 - 1),
    _of_type("boolean", Boolean, False, True),
    _of_type("numeric", Numeric, Decimal("1E-8"), Decimal("12.3400")),
    _of_type("numeric_scale", Numeric(12, 4), Decimal("12.34"), 5),
    _of_type("numeric_float", Numeric(asdecimal=False), 3.5, 2),
    _of_type("float", Float, 1.5, -0.0, 3),
    _of_type("real", REAL, 1.5),
    _of_type("float_decimal", Float(asdecimal=True), Decimal("2.5"), 0.1),
    _of_type("date", Date, DAY),
    _of_type("instant", DateTime(timezone=True), datetime(2026, 2, 28, 12, tzinfo=UTC)),
    _of_type("local", DateTime(), datetime(2026, 2, 28, 12)),  # noqa: DTZ001  without, on purpose
    _of_type("clock", Time, time(12, 30)),
    _of_type("clock_zone", Time(timezone=True), time(12, 30, tzinfo=UTC)),
    _of_type("interval", Interval, timedelta(days=-3, microseconds=1)),
    _of_type("bytes", LargeBinary, b"", b"\0\xff"),
    _of_type("uuid", Uuid, uuid.uuid4()),
    _of_type("uuid_text", Uuid(as_uuid=False), str(uuid.uuid4())),
    _of_type("enum_text", Enum(Suit, native_enum=False), Suit.DARK_SPADES, "HEARTS"),
    _of_type("enum_native", Enum(Suit, name="suit"), Suit.HEARTS),
    _of_type("jsonb", JSONB, {"a": [1, 1.0, True, None]}, "text", False, 2**70),
    _of_type("json", JSON, {"b": 1, "a": {}}, [], None),
    _of_type("json_null", JSON(none_as_null=True), 0),
    _of_type("array", ARRAY(Integer), [], [1, None], [[1], [2]]),
    _of_type("array_text", ARRAY(Text), ["a,b", '"']),
    _of_type("array_numeric", ARRAY(Numeric(asdecimal=False)), [1.5, None]),
    _of_type("array_float", ARRAY(Float(asdecimal=True)), [Decimal("1.5"), None]),
    _of_type("array_enum", ARRAY(Enum(Suit, name="suit")), [Suit.HEARTS]),
    _of_type("array_jsonb", ARRAY(JSONB), [{"a": 1}, [True]]),
    _of_type("array_decorated", ARRAY(Shouted), ["a", None]),
    _of_type("decorated", Shouted, "lamp"),
    _of_type("decorated_float", Cents, Decimal("2.5")),
    _of_type("variant", Text().with_variant(JSONB(), "postgresql"), {"a": True}),
    SPEAKING_SQL,
    _of_type("pickle", PickleType, {"a": (1, True)}),
    _of_type("range", INT4RANGE, Range(1, 5), Range(empty=True)),
    _of_type("address", INET, ip_address("10.0.0.1")),
    _of_type("network", CIDR, ip_network("10.0.0.0/8")),
]


class MadeByTheServer(Compared):
    code: Mapped[str] = mapped_column("short_code", server_default="none")
    size: Mapped[int] = mapped_column(default=3, key="how_large")
    doubled: Mapped[int] = mapped_column(Computed("size * 2", persisted=True))
    number: Mapped[int] = mapped_column(Identity(always=True))
    weight: Mapped[Decimal] = mapped_column(Float(asdecimal=True), server_default="0.1")
    weights: Mapped[list[Decimal]] = mapped_column(
        ARRAY(Float(asdecimal=True)), server_default="{0.1}"
    )
    sum: Mapped[int] = mapped_column(default=text("20 + 1"))
    shouted: Mapped[str] = mapped_column(Shouted, server_default=text("'LOUD'"))
    documents: Mapped[Any] = mapped_column(JSONB, server_default="[]")

    __tablename__ = "made_by_the_server"


class Keyed(Compared):
    """Its key is the server's."""

    __tablename__ = "keyed"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)  # type: ignore[assignment]
    name: Mapped[str]


class DoublyKeyed(Compared):
    __tablename__ = "doubly_keyed"

    place: Mapped[int] = mapped_column("position", primary_key=True, autoincrement=False)


class Behaving(Compared):
    """With what happens to an entity in Python alone."""

    __tablename__ = "behaving"

    name: Mapped[str]
    remark = "of the class"

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)

    @validates("name")
    def _lower(self, _: str, name: str) -> str:
        return name.lower()

    @hybrid_property
    def loud(self) -> str:
        return self.name.upper()


class Shelf(Compared):
    """With relatives that nobody has asked for."""

    __tablename__ = "shelves"

    name: Mapped[str]
    room: Mapped["Shelf | None"] = relationship(
        primaryjoin="foreign(Shelf.name) == remote(Shelf.name)", viewonly=True, uselist=False
    )
    raising: Mapped[list["Shelf"]] = relationship(
        primaryjoin="foreign(Shelf.name) == remote(Shelf.name)", viewonly=True, lazy="raise"
    )


PLAIN = [
    Case(MadeByTheServer, [{}, {"code": "a", "size": 4, "sum": 1, "shouted": None}]),
    Case(Keyed, [{"name": "lamp"}]),
    Case(DoublyKeyed, [{"place": 7}]),
    Case(Behaving, [{"name": "LAMP"}]),
    Case(Shelf, [{"name": "lamp"}]),
]
