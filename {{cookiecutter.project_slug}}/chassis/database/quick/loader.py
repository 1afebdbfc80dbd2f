"""Entities of rows as the driver gives them, and what SQLAlchemy's types make of their values."""

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any, Generic, TypeVar, cast

from asyncpg import Record
from sqlalchemy import ARRAY, Dialect, Float, TypeDecorator, inspect
from sqlalchemy.orm.attributes import instance_state
from sqlalchemy.types import TypeEngine

from chassis.database.model import Entity

Model = TypeVar("Model", bound=Entity)
Convert = Callable[[Any], Any]

FLOAT8, NUMERIC = 701, 1700


class Loader(Generic[Model]):
    """Makes entities of a plain model of rows that have its columns."""

    def __init__(self, model: type[Model], dialect: Dialect) -> None:
        mapper = inspect(model)
        columns: dict[Any, str] = {a.columns[0]: a.key for a in mapper.column_attrs}
        self._model = model
        self.events: Any = mapper.class_manager.dispatch
        self._new = mapper.class_manager.new_instance
        self._attributes = {column.name: name for column, name in columns.items()}
        self._key = itemgetter(*(columns[column] for column in mapper.primary_key))
        self._key_is_one = len(mapper.primary_key) == 1
        self._converters = converters(
            (name, result_converter(column.type, dialect)) for column, name in columns.items()
        )

    def entities(self, rows: Sequence[Record]) -> list[Model]:
        names = [self._attributes[name] for name in rows[0].keys()] if rows else []  # noqa: SIM118
        return [self._entity(names, row) for row in rows]

    def _entity(self, names: Sequence[str], row: Record) -> Model:
        entity = cast("Model", self._new())
        values = entity.__dict__
        values.update(zip(names, row, strict=True))
        for name, convert in self._converters:
            values[name] = convert(values[name])
        key = self._key(values)
        identity = (key,) if self._key_is_one else key
        instance_state(entity).key = (self._model, identity, None)  # else it would seem new
        return entity


def converters(pairs: Iterable[tuple[str, Convert | None]]) -> list[tuple[str, Convert]]:
    return [(name, convert) for name, convert in pairs if convert is not None]


def result_converter(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    # Numbers alone ask for the type that PostgreSQL sends.
    sent = FLOAT8 if isinstance(_innermost(kind, dialect), Float) else NUMERIC
    return kind.dialect_impl(dialect).result_processor(dialect, sent)


def _innermost(kind: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    kind = kind.dialect_impl(dialect)
    if isinstance(kind, TypeDecorator):
        return _innermost(kind.impl_instance, dialect)
    return _innermost(kind.item_type, dialect) if isinstance(kind, ARRAY) else kind
