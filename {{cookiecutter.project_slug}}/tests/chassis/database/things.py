"""A model of the tests' own. Its metadata is not the service's, so that Alembic never sees it."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.database.model import NAMING_CONVENTION, Entity, text_enum
from chassis.database.repository import Repository
from chassis.database.session import Database


class Colour(StrEnum):
    RED = "red"
    DARK_BLUE = "dark-blue"


class Scratch(Entity):
    __abstract__ = True
    metadata = MetaData(schema="scratch", naming_convention=NAMING_CONVENTION)


class Thing(Scratch):
    __tablename__ = "things"

    name: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int] = mapped_column(default=0)
    colour: Mapped[Colour] = mapped_column(text_enum(Colour), default=Colour.RED)
    seen_at: Mapped[datetime | None]
    notes: Mapped[Any] = mapped_column(JSONB, nullable=True)
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("scratch.things.id"))
    owner: Mapped["Thing | None"] = relationship(remote_side="Thing.id")


class ThingRepository(Repository[Thing]):
    model = Thing
    sorts = MappingProxyType(
        {
            "id": Thing.id,
            "name": Thing.name,
            "size": Thing.size,
            "colour": Thing.colour,
            "created_at": Thing.created_at,
        }
    )


async def create_things(database: Database, *names: str) -> Sequence[Thing]:
    """The tables in the schema `scratch`, and things of these names."""
    async with database.engine.begin() as connection:
        await connection.run_sync(Scratch.metadata.create_all)
    async with database.transaction() as session:
        return await ThingRepository(session).create_many([{"name": name} for name in names])
