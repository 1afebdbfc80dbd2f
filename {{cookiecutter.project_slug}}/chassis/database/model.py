"""The base of every table: names of constraints, key, timestamps and version."""

import os
import time
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Enum,
    MetaData,
    Table,
    Text,
    Uuid,
    event,
    func,
)
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import (
    ColumnProperty,
    DeclarativeBase,
    InstrumentedAttribute,
    Mapped,
    Mapper,
    mapped_column,
)
from sqlalchemy.sql.elements import conv

from chassis.database.changes import comparison

# Without names, Alembic cannot drop a constraint and a problem cannot say which one was broken.
NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def uuid7() -> UUID:
    """Time-ordered key: milliseconds, their fraction, then random (RFC 9562 sections 5.7, 6.2).

    New rows end up side by side in the index, and keys of one process sort by age.
    """
    milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
    fraction = (nanoseconds << 12) // 1_000_000
    random = int.from_bytes(os.urandom(8)) & 0x3FFF_FFFF_FFFF_FFFF
    return UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0x2 << 62 | random)


def utc_now() -> datetime:
    return datetime.now(UTC)


def same_as_created(context: DefaultExecutionContext) -> datetime:
    """The new row's `created_at`, so that a row nobody has changed shows two equal times."""
    try:
        row = context.get_current_parameters()  # type: ignore[no-untyped-call]  # of SQLAlchemy
    except AttributeError:  # it knows none for an INSERT inside of a SELECT
        return utc_now()
    return cast("datetime", row.get("created_at") or utc_now())


def text_enum(kind: type[StrEnum]) -> Enum:
    """Text with a check: a value can be taken out again, which a native enum does not allow."""
    values = [member.value for member in kind]
    return Enum(
        kind,
        name=kind.__name__.lower(),
        native_enum=False,
        create_constraint=True,
        length=max(map(len, values)),
        values_callable=lambda _: values,
    )


@event.listens_for(CheckConstraint, "after_parent_attach")
def _tell_columns_of_one_enum_apart(check: CheckConstraint, table: Table | Column[Any]) -> None:
    """The first column's CHECK is named after the enum, those of others after the column too.

    Two of one name are one to Alembic: it would drop the first. The type is named alike, for it is
    what a migration is written from.
    """
    if not isinstance(table, Table) or len(check.columns) != 1:
        return
    if table.metadata.naming_convention.get("ck") != NAMING_CONVENTION["ck"]:
        return  # it names its constraints in another way, or not at all
    (column,) = check.columns
    kind: Any = column.type
    if isinstance(kind, Enum) and not kind.native_enum and _is_taken(check, table):
        check.name = conv(f"{check.name}_{column.name}")
        column.type = own = kind.copy()  # type: ignore[no-untyped-call]  # others may share it
        own.name = f"{kind.name}_{column.name}"


def _is_taken(check: CheckConstraint, table: Table) -> bool:
    return any(each.name == check.name for each in table.constraints if each is not check)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map = {  # noqa: RUF012  SQLAlchemy's own name for it
        datetime: DateTime(timezone=True),
        str: Text(),
        UUID: Uuid(),
    }


@event.listens_for(Base, "attribute_instrument")
def _notice_every_change(_model: Any, _name: str, attribute: InstrumentedAttribute[Any]) -> None:
    if isinstance(attribute.prop, ColumnProperty):
        attribute.impl.is_equal = comparison(attribute.prop.columns[0].type)


class Entity(Base):
    """A row with a life of its own."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7, sort_order=-1)
    created_at: Mapped[datetime] = mapped_column(
        default=utc_now, server_default=func.now(), sort_order=90
    )
    updated_at: Mapped[datetime] = mapped_column(
        default=same_as_created, onupdate=utc_now, server_default=func.now(), sort_order=91
    )
    version: Mapped[int] = mapped_column(BigInteger, server_default="1", sort_order=92)


@event.listens_for(Entity, "after_mapper_constructed", propagate=True)
def _count_versions(mapper: Mapper[Any], model: type[Entity]) -> None:
    """Each UPDATE and DELETE says `WHERE version = :old`: a lost update is a StaleDataError.

    Told to the mapper here, since the `__mapper_args__` of a subclass are taken instead of those of
    its base. Raises TypeError for a model of which nothing can be counted.
    """
    counted = mapper.version_id_col
    if counted is not None and mapper.columns.contains_column(counted):
        return
    version = mapper.columns.get("version")
    if not isinstance(version, Column):
        message = (
            f"{model.__name__} has no column `version`, so a lost update would not be seen: map it,"
            " name another column as version_id_col in `__mapper_args__`, or derive from Base"
        )
        raise TypeError(message)
    mapper.version_id_col = version
