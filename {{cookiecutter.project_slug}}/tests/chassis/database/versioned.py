"""Models that tell their mapper something, each in a way that SQLAlchemy's documentation shows."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, FetchedValue, ForeignKey, MetaData, func
from sqlalchemy.orm import Mapped, declared_attr, mapped_column
from sqlalchemy.types import UserDefinedType

from chassis.database.model import NAMING_CONVENTION, Entity


class Versioned(Entity):
    __abstract__ = True
    metadata = MetaData(schema="scratch", naming_convention=NAMING_CONVENTION)


class Named(Versioned):
    __abstract__ = True

    name: Mapped[str] = mapped_column(default="lamp")


class Saying(Named):
    __tablename__ = "saying"
    __mapper_args__ = {"eager_defaults": True}  # noqa: RUF012  SQLAlchemy's own name for it


class SayingNothing(Named):
    __tablename__ = "saying_nothing"
    __mapper_args__ = {}  # noqa: RUF012  SQLAlchemy's own name for it


class Declaring(Named):
    __tablename__ = "declaring"

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805  declared_attr makes it a class method
        return {"eager_defaults": True}


class Abstract(Named):
    __abstract__ = True
    __mapper_args__ = {"eager_defaults": True}  # noqa: RUF012  SQLAlchemy's own name for it


class OfAbstract(Abstract):
    __tablename__ = "of_abstract"


class Mixin:
    __mapper_args__ = {"eager_defaults": True}  # noqa: RUF012  SQLAlchemy's own name for it


class Mixed(Mixin, Named):
    __tablename__ = "mixed"


class Renamed(Named):
    """The same attribute, in a column of another name."""

    __tablename__ = "renamed"
    __mapper_args__ = {"eager_defaults": True}  # noqa: RUF012  SQLAlchemy's own name for it

    version: Mapped[int] = mapped_column("lock_number", BigInteger, server_default="1")


class Animal(Named):
    """One table for all."""

    __tablename__ = "animals"
    __mapper_args__ = {  # noqa: RUF012  SQLAlchemy's own name for it
        "polymorphic_on": "kind",
        "polymorphic_identity": "animal",
    }

    kind: Mapped[str]


class Dog(Animal):
    __mapper_args__ = {"polymorphic_identity": "dog"}  # noqa: RUF012  SQLAlchemy's own name for it

    bark: Mapped[str | None]


class Vehicle(Named):
    """A table for each."""

    __tablename__ = "vehicles"


class Car(Vehicle):
    __tablename__ = "cars"

    id: Mapped[UUID] = mapped_column(ForeignKey(Vehicle.id), primary_key=True)
    doors: Mapped[int] = mapped_column(default=4)


class Bicycle(Vehicle):
    """Has all columns in its own table."""

    __tablename__ = "bicycles"
    __mapper_args__ = {"concrete": True}  # noqa: RUF012  SQLAlchemy's own name for it

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    version: Mapped[int] = mapped_column(BigInteger, server_default="1")
    name: Mapped[str] = mapped_column(default="lamp")


class Numbered(Named):
    """Counted by another column."""

    __tablename__ = "numbered"

    revision: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012  SQLAlchemy's own name for it


class Stamped(Named):
    """Counted by something that is no number."""

    __tablename__ = "stamped"

    stamp: Mapped[str] = mapped_column()
    __mapper_args__ = {  # noqa: RUF012  SQLAlchemy's own name for it
        "version_id_col": stamp,
        "version_id_generator": lambda _: uuid4().hex,
    }


class TransactionNumber(UserDefinedType[int]):
    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid"


class CountedByPostgres(Named):
    """Counted by the server's own number of the transaction that wrote the row."""

    __tablename__ = "counted_by_postgres"

    xmin: Mapped[int] = mapped_column(
        TransactionNumber, system=True, server_default=cast("Any", FetchedValue())
    )
    __mapper_args__ = {  # noqa: RUF012  SQLAlchemy's own name for it
        "version_id_col": xmin,
        "version_id_generator": False,
    }


BY_VERSION = [
    *(Saying, SayingNothing, Declaring, OfAbstract, Mixed, Renamed),
    *(Animal, Dog, Vehicle, Car, Bicycle),
]
BY_ANOTHER = [Numbered, Stamped, CountedByPostgres]
