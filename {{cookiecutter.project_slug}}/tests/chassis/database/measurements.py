"""A model with a column of every type in use, and the values of two rows."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ARRAY, Float, Integer, Numeric, inspect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database.model import text_enum
from chassis.database.repository import Repository
from tests.chassis.database.things import Colour, Scratch


class Measurement(Scratch):
    __tablename__ = "measurements"

    value: Mapped[Decimal] = mapped_column("exact_value", Numeric(12, 4))
    rough: Mapped[float]
    rough_decimal: Mapped[Decimal | None] = mapped_column(Float(asdecimal=True))
    numeric_float: Mapped[float | None] = mapped_column(Numeric(asdecimal=False))
    day: Mapped[date]
    taken_at: Mapped[datetime]
    colour: Mapped[Colour | None] = mapped_column(text_enum(Colour))
    notes: Mapped[Any] = mapped_column(JSONB, nullable=True)
    parts: Mapped[list[int] | None] = mapped_column(ARRAY(Integer))


class MeasurementRepository(Repository[Measurement]):
    model = Measurement


FULL = {
    "value": Decimal("12.3400"),
    "rough": 1.5,
    "rough_decimal": Decimal("2.5"),
    "numeric_float": 3.5,
    "day": date(2026, 2, 28),
    "taken_at": datetime(2026, 2, 28, 12, tzinfo=UTC),
    "colour": Colour.DARK_BLUE,
    "notes": {"a": [1, None]},
    "parts": [1, 2],
}
EMPTY = FULL | dict.fromkeys(
    ("rough_decimal", "numeric_float", "colour", "notes", "parts"),
)


def columns_of(entity: Scratch) -> dict[str, Any]:
    return {name: getattr(entity, name) for name in inspect(type(entity)).column_attrs.keys()}  # noqa: SIM118
