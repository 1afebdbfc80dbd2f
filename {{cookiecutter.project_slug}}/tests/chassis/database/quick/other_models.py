"""Models that take more than a row, each for a reason of its own, with rows to compare them by."""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    Text,
    event,
    func,
    literal,
    null,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.mutable import MutableDict, MutableList
from sqlalchemy.orm import (
    Mapped,
    column_property,
    composite,
    mapped_column,
    query_expression,
    reconstructor,
    relationship,
    synonym,
)

from tests.chassis.database.quick.plain_models import Case, Compared


class Deferring(Compared):
    __tablename__ = "deferring"

    words: Mapped[list[str]] = mapped_column(ARRAY(Text), deferred=True)
    long: Mapped[str | None] = mapped_column(deferred=True, deferred_group="long")
    longer: Mapped[str | None] = mapped_column(deferred=True, deferred_group="long")
    secret: Mapped[str | None] = mapped_column(deferred=True, deferred_raiseload=True)


class Calculating(Compared):
    __tablename__ = "calculating"

    size: Mapped[int] = mapped_column()
    larger: Mapped[int] = column_property(size + literal(1))


class Counting(Compared):
    __tablename__ = "counting"

    size: Mapped[int]


Counting.others = column_property(  # as one may
    select(func.count()).select_from(Calculating).scalar_subquery()
)


class Asked(Compared):
    """Something that a query may bring along."""

    __tablename__ = "asked"

    size: Mapped[int]
    told: Mapped[int | None] = query_expression(null())


class Changeable(Compared):
    __tablename__ = "changeable"

    notes: Mapped[dict[str, Any]] = mapped_column(MutableDict.as_mutable(JSONB()))
    words: Mapped[list[str]] = mapped_column(MutableList.as_mutable(ARRAY(Text)))


class Reconstructed(Compared):
    __tablename__ = "reconstructed"

    name: Mapped[str]

    @reconstructor
    def greet(self) -> None:
        self.greeting = f"Hello, {self.name}"


class Watched(Compared):
    __tablename__ = "watched"

    name: Mapped[str]


@event.listens_for(Watched, "load")
def _note(entity: Watched, _: Any) -> None:
    entity.__dict__["noted"] = entity.name


class Place:
    def __init__(self, x: int, y: int) -> None:
        self.x, self.y = x, y

    def __composite_values__(self) -> tuple[int, int]:
        return self.x, self.y

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Place) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]  # changes


class Placed(Compared):
    __tablename__ = "placed"

    place: Mapped[Place] = composite(
        Place, mapped_column("x", Integer), mapped_column("y", Integer)
    )


class Animal(Compared):
    """One table for all."""

    __tablename__ = "animals"
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "animal"}  # noqa: RUF012  SQLAlchemy's own name for it

    kind: Mapped[str]
    name: Mapped[str]


class Dog(Animal):
    __mapper_args__ = {"polymorphic_identity": "dog"}  # noqa: RUF012  SQLAlchemy's own name for it

    bark: Mapped[str | None]


class Vehicle(Compared):
    """A table for each."""

    __tablename__ = "vehicles"
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "vehicle"}  # noqa: RUF012  SQLAlchemy's own name for it

    kind: Mapped[str]


class Car(Vehicle):
    __tablename__ = "cars"
    __mapper_args__ = {"polymorphic_identity": "car"}  # noqa: RUF012  SQLAlchemy's own name for it

    id: Mapped[UUID] = mapped_column(ForeignKey(Vehicle.id), primary_key=True)
    doors: Mapped[int] = mapped_column(default=4)


class Loved(Compared):
    """Has an heir, of whom its rows tell nothing."""

    __tablename__ = "loved"


class Heir(Loved):
    __tablename__ = "heirs"

    id: Mapped[UUID] = mapped_column(ForeignKey(Loved.id), primary_key=True)
    share: Mapped[int] = mapped_column(default=1)


class Eager(Compared):
    __tablename__ = "eager"

    name: Mapped[str]
    next_id: Mapped[UUID | None] = mapped_column(ForeignKey("scratch.eager.id"))
    soon: Mapped["Eager | None"] = relationship(lazy="selectin", remote_side="Eager.id")


class Joined(Compared):
    __tablename__ = "joined"

    name: Mapped[str]
    next_id: Mapped[UUID | None] = mapped_column(ForeignKey("scratch.joined.id"))
    next: Mapped["Joined | None"] = relationship(lazy="joined", remote_side="Joined.id")


class Named(Compared):
    """One column by two names."""

    __tablename__ = "named"

    name: Mapped[str]
    title: Mapped[str] = synonym("name")


class Forgetful(Compared):
    """Does not have all that its table has."""

    __tablename__ = "forgetful"
    __mapper_args__ = {"exclude_properties": ["made", "asked"]}  # noqa: RUF012  SQLAlchemy's own name for it

    name: Mapped[str]


_table: Any = Forgetful.__table__
_table.append_column(Column("made", Integer, default=7))
_table.append_column(Column("asked", Integer, server_default="8"))


class Remembering(Compared):
    """Is told what its history was."""

    __tablename__ = "remembering"

    name: Mapped[str] = column_property(mapped_column(Text), active_history=True)


class View(Compared):
    __table__ = select(Loved.__table__).subquery()


HEARD_WHEN_LOADED = [
    Case(Reconstructed, [{"name": "lamp"}]),
    Case(Watched, [{"name": "lamp"}]),
]
OTHERS = [
    Case(Deferring, [{"words": ["a"]}, {"words": [], "long": "a", "secret": "b"}]),
    Case(Calculating, [{"size": 1}]),
    Case(Counting, [{"size": 1}], needs=(Calculating,)),
    Case(Asked, [{"size": 1}]),
    Case(Changeable, [{"notes": {"a": 1}, "words": ["a"]}]),
    Case(Placed, [{"place": Place(1, 2)}]),
    Case(Animal, [{"name": "cat"}]),
    Case(Dog, [{"name": "rex", "bark": "loud"}, {"name": "bello"}]),
    Case(Vehicle, [{}]),
    Case(Car, [{"doors": 2}, {}]),
    Case(Loved, [{}]),
    Case(Heir, [{"share": 2}, {}]),
    Case(Eager, [{"name": "lamp"}]),
    Case(Joined, [{"name": "lamp"}]),
    Case(Named, [{"name": "lamp"}, {"title": "desk"}]),
    Case(Forgetful, [{"name": "lamp"}]),
    Case(Remembering, [{"name": "lamp"}]),
    Case(View, [], needs=(Loved,)),
]
