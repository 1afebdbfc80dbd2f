"""Models whose rows are partly made by somebody else, and models that take more than an INSERT."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Computed,
    Dialect,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    Sequence,
    Text,
    TypeDecorator,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from chassis.database.model import Base, Entity, text_enum, uuid7
from tests.chassis.database.things import Colour, Scratch


class Spoken(TypeDecorator[str]):
    """Has a word for nothing."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str:
        return value or "nothing"


class Generated(Scratch):
    __tablename__ = "generated"

    code: Mapped[str] = mapped_column("short_code", server_default="none")
    size: Mapped[int] = mapped_column(default=3, key="how_large")
    doubled: Mapped[int] = mapped_column(Integer, Computed("size * 2", persisted=True))
    number: Mapped[int] = mapped_column(default=text("20 + 1"))
    weight: Mapped[Decimal] = mapped_column(Float(asdecimal=True), server_default="0.1")
    told_at: Mapped[datetime] = mapped_column(default=func.now())
    colour: Mapped[Colour | None] = mapped_column(text_enum(Colour), default=Colour.RED)
    notes: Mapped[Any] = mapped_column(JSONB, nullable=True)
    blank: Mapped[Any] = mapped_column(JSONB(none_as_null=True), nullable=True)
    details: Mapped[str | None]
    spoken: Mapped[str | None] = mapped_column(Spoken())


class Unmade(Entity):
    """Nobody makes these tables."""

    __abstract__ = True
    metadata = MetaData()


class Deferring(Unmade):
    __tablename__ = "deferring"

    details: Mapped[str | None] = mapped_column(deferred=True)


class Family(Unmade):
    __tablename__ = "family"
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "family"}  # noqa: RUF012  SQLAlchemy's own name for it

    kind: Mapped[str] = mapped_column()


class Parent(Unmade):
    __tablename__ = "parent"


class Heir(Parent):
    __tablename__ = "heir"

    id: Mapped[UUID] = mapped_column(ForeignKey(Parent.id), primary_key=True)
    share: Mapped[int] = mapped_column(default=1)


class Expiring(Unmade):
    __tablename__ = "expiring"
    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012  SQLAlchemy's own name for it

    size: Mapped[int] = mapped_column(server_default="1")


class Uncounted(Base):
    """No entity."""

    metadata = Unmade.metadata
    __tablename__ = "uncounted"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)


class CountedByTheServer(Unmade):
    __tablename__ = "counted_by_the_server"
    __mapper_args__ = {"version_id_generator": False}  # noqa: RUF012  SQLAlchemy's own name for it


class Silent(Unmade):
    __tablename__ = "silent"
    __table_args__ = {"implicit_returning": False}  # noqa: RUF012  SQLAlchemy's own name for it


class Calculating(Unmade):
    __tablename__ = "calculating"

    size: Mapped[int] = mapped_column(default=1)
    larger: Mapped[int] = column_property(size + literal(1))


def size_in_context(context: Any) -> int:
    return int(context.compiled is not None)


class Asking(Unmade):
    __tablename__ = "asking"

    size: Mapped[int] = mapped_column(default=size_in_context)


class Numbered(Unmade):
    __tablename__ = "numbered"

    number: Mapped[int] = mapped_column(Sequence("numbers", metadata=Unmade.metadata))


class Owner(Unmade):
    __tablename__ = "owner"

    parts: Mapped[list["Part"]] = relationship(cascade="all, delete-orphan")


class Part(Unmade):
    __tablename__ = "part"

    owner_id: Mapped[UUID] = mapped_column(ForeignKey(Owner.id))


class View(Unmade):
    __table__ = select(Parent.__table__).subquery()


NEEDING_MORE = [
    Deferring,
    Family,
    Heir,
    Expiring,
    Uncounted,
    CountedByTheServer,
    Silent,
    Calculating,
    Asking,
    Numbered,
    Part,
    View,
]
