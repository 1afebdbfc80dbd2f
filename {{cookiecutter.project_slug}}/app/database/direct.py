"""Entities straight from the driver, where nothing has to track them.

For a plain SELECT the ORM's work takes longer than PostgreSQL's and the driver's together. Here
SQLAlchemy compiles a statement once, the driver runs it, and its rows become entities as a session
would leave them behind: loaded and detached. See docs/decisions/0018-reads-by-the-driver.md.
"""

from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from operator import itemgetter
from typing import Any, Generic, TypeVar, cast
from weakref import WeakKeyDictionary

from asyncpg import Record
from sqlalchemy import ARRAY, BindParameter, Dialect, Engine, Float, Select, TypeDecorator, inspect
from sqlalchemy.orm.attributes import instance_state
from sqlalchemy.sql.cache_key import CacheKey
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine
from sqlalchemy.util import LRUCache

from app.database.guards import only_reads
from app.database.model import Entity
from app.database.plainness import (
    is_plain,
    is_plain_select,
    listeners_to_reading,
    sends_plainly,
)

Model = TypeVar("Model", bound=Entity)
Convert = Callable[[Any], Any]
Binds = Sequence[BindParameter[Any]]
Found = tuple[type[Entity], "Shape | None", Binds]
"""A model, the shape of a statement, None if it is the ORM's, and the statement's own values."""

SHAPES = 500
FLOAT8, NUMERIC = 701, 1700


class DirectReads:
    """Every shape of statement compiled once, every model's columns looked up once."""

    def __init__(self, engines: Sequence[Engine], events: Any) -> None:
        """`events` is the `dispatch` of a session that would read instead, on these engines."""
        self._engines = engines
        self._listeners = listeners_to_reading(events)
        self._dialect = engines[0].dialect
        self._shapes: LRUCache[Any, Shape | None] = LRUCache(SHAPES)
        self._loaders: dict[type[Entity], Loader[Any]] = {}
        # What is bound by name is built once and used again: it needs no key to be found.
        self._prepared: WeakKeyDictionary[Select[Any], Found] = WeakKeyDictionary()

    def query(
        self, model: type[Entity], statement: Select[Any], values: Mapping[str, Any]
    ) -> tuple[str, list[Any]] | None:
        """SQL and its arguments; None for what the ORM has to do."""
        known = self._prepared.get(statement)
        if known is None or known[0] is not model:
            known = self._found(model, statement)
            if values:
                self._prepared[statement] = known
        _, shape, binds = known
        if shape is None or self._is_told(model):
            return None
        return shape.sql, shape.arguments(values, binds)

    def _is_told(self, model: type[Entity]) -> bool:
        """Whether somebody would hear of the read if the ORM did it."""
        return (
            any(self._listeners)
            or self._loader(model).tells
            or not all(map(sends_plainly, self._engines))
        )

    def _found(self, model: type[Entity], statement: Select[Any]) -> Found:
        # The key that SQLAlchemy's own cache has: the statement without its values and options.
        key = statement._generate_cache_key()  # noqa: SLF001  the one its documentation shows
        if key is None or statement.get_execution_options():
            return model, None, ()
        try:
            shape = self._shapes[model, key.key]
        except KeyError:
            shape = self._shapes[model, key.key] = self._shape(model, statement, key)
        return model, shape, key.bindparams

    def _shape(self, model: type[Entity], statement: Select[Any], key: CacheKey) -> "Shape | None":
        if not (is_plain(inspect(model)) and is_plain_select(statement, model)):
            return None
        compiled = statement.compile(dialect=self._dialect, cache_key=key)
        # Such as IN with a list, which has no text of its own; or what a guard would refuse.
        if compiled.post_compile_params or not only_reads(compiled.string):
            return None
        return Shape(compiled, self._dialect)

    def entities(self, model: type[Model], rows: Sequence[Record]) -> list[Model]:
        return self._loader(model).entities(rows)

    def _loader(self, model: type[Model]) -> "Loader[Model]":
        if (loader := self._loaders.get(model)) is None:
            loader = self._loaders[model] = Loader(model, self._dialect)
        return loader


class DriverStatement:
    """A statement as the driver takes it: its SQL, and values in that order and form."""

    def __init__(self, compiled: SQLCompiler, dialect: Dialect) -> None:
        self.sql = compiled.string
        self._names = compiled.positiontup or ()
        self._converters = converters(
            (name, bind.type.dialect_impl(dialect).bind_processor(dialect))
            for bind, name in compiled.bind_names.items()
        )

    def in_order(self, values: MutableMapping[str, Any]) -> list[Any]:
        """Changes `values`."""
        for name, convert in self._converters:
            values[name] = convert(values[name])
        return [values[name] for name in self._names]


class Shape(DriverStatement):
    """What statements have in common that differ in their values alone."""

    def __init__(self, compiled: SQLCompiler, dialect: Dialect) -> None:
        super().__init__(compiled, dialect)
        self._values = compiled.construct_params

    def arguments(self, values: Mapping[str, Any], binds: Binds) -> list[Any]:
        return self.in_order(self._values(values, extracted_parameters=binds))


class Loader(Generic[Model]):
    """Makes entities of rows whose columns are those of the model."""

    def __init__(self, model: type[Model], dialect: Dialect) -> None:
        mapper = inspect(model)
        columns: dict[Any, str] = {a.columns[0]: a.key for a in mapper.column_attrs}
        self._model = model
        self._manager = mapper.class_manager
        self._new = mapper.class_manager.new_instance
        self._attributes = {column.name: name for column, name in columns.items()}
        self._key = _getter([columns[column] for column in mapper.primary_key])
        self._converters = converters(
            (name, result_converter(column.type, dialect)) for column, name in columns.items()
        )

    @property
    def tells(self) -> bool:
        """Whether somebody listens to what is loaded, as what makes a value mutable does."""
        return bool(self._manager.dispatch.load)

    def entities(self, rows: Sequence[Record]) -> list[Model]:
        names = [self._attributes[name] for name in rows[0].keys()] if rows else []  # noqa: SIM118
        return [self._entity(names, row) for row in rows]

    def _entity(self, names: Sequence[str], row: Record) -> Model:
        entity = cast("Model", self._new())
        values = entity.__dict__
        values.update(zip(names, row, strict=True))
        for name, convert in self._converters:
            values[name] = convert(values[name])
        instance_state(entity).key = (self._model, self._key(values), None)  # else it seems new
        return entity


def _getter(names: Sequence[str]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    if len(names) > 1:
        return itemgetter(*names)
    (name,) = names
    return lambda values: (values[name],)


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
