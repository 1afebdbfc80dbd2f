"""Models with columns that hold anything, each in a way that people write."""

import json
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    Dialect,
    Float,
    ForeignKey,
    MetaData,
    Numeric,
    PickleType,
    Text,
    Time,
    TypeDecorator,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.mutable import MutableDict
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database.model import NAMING_CONVENTION, Entity


class Decorated(TypeDecorator[Any]):
    impl = JSONB
    cache_ok = True


class AsText(TypeDecorator[Any]):
    """As SQLAlchemy's documentation makes JSON of a text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str:
        return json.dumps(value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Any:
        return json.loads(value or "null")


class Document(Entity):
    metadata = MetaData(schema="scratch", naming_convention=NAMING_CONVENTION)
    __tablename__ = "documents"

    jsonb: Mapped[Any] = mapped_column(JSONB, nullable=True)
    json: Mapped[Any] = mapped_column(JSON, nullable=True)
    variant: Mapped[Any] = mapped_column(Text().with_variant(JSONB(), "postgresql"), nullable=True)
    decorated: Mapped[Any] = mapped_column(Decorated, nullable=True)
    as_text: Mapped[Any] = mapped_column(AsText, nullable=True)
    mutable: Mapped[Any] = mapped_column(MutableDict.as_mutable(JSONB()), nullable=True)
    array: Mapped[Any] = mapped_column(ARRAY(JSONB), nullable=True)
    pickled: Mapped[Any] = mapped_column(PickleType, nullable=True)
    deferred: Mapped[Any] = mapped_column(JSONB, nullable=True, deferred=True)
    number: Mapped[Any] = mapped_column(Numeric, nullable=True)
    real: Mapped[Any] = mapped_column(Float, nullable=True)
    clock: Mapped[Any] = mapped_column(Time(timezone=True), nullable=True)


class Letter(Document):
    __tablename__ = "letters"

    id: Mapped[Any] = mapped_column(ForeignKey(Document.id), primary_key=True)
    body: Mapped[Any] = mapped_column(JSONB, nullable=True)


Letter.later = mapped_column(JSONB, nullable=True)  # as one may
