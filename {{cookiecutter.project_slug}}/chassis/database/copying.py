"""COPY: PostgreSQL's own way to take in many rows, several times as fast as INSERT.

asyncpg's binary COPY on the connection of the session, so that the rows are committed or rolled
back with all else that the session does. What models fill in on INSERT is filled in here.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Column, inspect, literal, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapper

from chassis.database.changes import DIALECT
from chassis.database.connections.dialect import dialect_of
from chassis.database.connections.engine import Connection
from chassis.database.connections.failover import driver_of
from chassis.database.model import Base
from chassis.database.quick.plainness import is_values_alone


async def copy(session: AsyncSession, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> int:
    """Store the rows; returns how many. None is NULL, also for a column of JSON.

    A column that a row does not name gets the model's default. Raises asyncpg's errors as they
    are: `context` has the number of the row, counted from 1; and OverflowError, TypeError or
    ValueError for a value that asyncpg cannot send, TypeError for what takes more than COPY.
    """
    if not rows:
        return 0
    columns = _columns(inspect(model), rows)
    table = cast("Any", model.__table__)
    async with _in_transaction(session) as connection:
        await connection.copy_records_to_table(
            table.name,
            schema_name=table.schema,
            columns=[column.name for column in columns],
            records=_records(columns, rows),
        )
    return len(rows)


@asynccontextmanager
async def _in_transaction(session: AsyncSession) -> AsyncIterator[Connection]:
    await session.flush()
    await session.execute(text("SELECT 1"))  # BEGIN goes with the first statement, not before
    connection = await session.connection()
    failover = dialect_of(connection.engine).failover
    async with driver_of(connection, failover) as driver:
        if not driver.is_in_transaction():
            message = (
                "COPY needs a transaction to be rolled back with; a session for reads has none"
            )
            raise RuntimeError(message)
        yield driver


class _Filled(dict[str, Any]):
    """A row as far as it is filled in, which a default may look at as it does on INSERT."""

    def get_current_parameters(self) -> Mapping[str, Any]:
        return self


@dataclass(frozen=True, slots=True)
class _Target:
    """A column that is filled, and with what."""

    key: str
    name: str
    default: Callable[[_Filled], Any]
    encode: Callable[[Any], Any] | None

    def encoded(self, value: Any) -> Any:
        return value if value is None or self.encode is None else self.encode(value)


def _columns(mapper: Mapper[Any], rows: Sequence[Mapping[str, Any]]) -> list[_Target]:
    """Those that some row names, and those that have a default; PostgreSQL fills the others."""
    if not is_values_alone(mapper):
        message = f"a {mapper.class_.__name__} is more than a row of values: use `create_many`"
        raise TypeError(message)
    given = set().union(*rows)
    own: Any = mapper.local_table.c
    columns = {key: c for key, c in mapper.columns.items() if own.contains_column(c)}
    if unknown := given - columns.keys():
        message = f"{mapper.class_.__name__} has no column {', '.join(sorted(unknown))}"
        raise TypeError(message)
    return [
        _Target(key, column.name, default or _null, _encoder(column))
        for key, column in columns.items()
        if (default := _default(mapper, column)) or _is_given(key, column, rows)
    ]


def _is_given(key: str, column: Column[Any], rows: Sequence[Mapping[str, Any]]) -> bool:
    given = sum(key in row for row in rows)
    if 0 < given < len(rows) and column.server_default is not None:
        message = f"some rows name {key} and some do not: its default is for all rows or none"
        raise ValueError(message)
    return given > 0


def _default(mapper: Mapper[Any], column: Column[Any]) -> Callable[[_Filled], Any] | None:
    if column is mapper.version_id_col and callable(mapper.version_id_generator):
        first = mapper.version_id_generator(None)
        return lambda _: first
    default: Any = column.default
    if default is None:
        return None
    if default.is_callable:
        return cast("Callable[[_Filled], Any]", default.arg)
    if default.is_scalar:
        return lambda _: default.arg
    message = f"the default of {column.name} is SQL: give it as `server_default`, which COPY knows"
    raise TypeError(message)


def _null(_row: _Filled) -> None:
    return None


def _encoder(column: Column[Any]) -> Callable[[Any], Any] | None:
    stored: Any = column.type.dialect_impl(DIALECT)
    if stored.bind_expression(literal(None)) is not None:
        message = f"the type of {column.name} stores by SQL, which COPY does not run"
        raise TypeError(message)
    return cast("Callable[[Any], Any] | None", stored.bind_processor(DIALECT))


def _records(
    columns: Sequence[_Target], rows: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        filled = _Filled(row)
        for column in columns:
            if column.key not in filled:
                filled[column.key] = column.default(filled)
        yield tuple([column.encoded(filled[column.key]) for column in columns])
