"""Entities straight from the driver, where nothing has to track them.

For a plain SELECT the ORM's work takes longer than PostgreSQL's and the driver's together. Here
SQLAlchemy compiles a statement once, the driver runs it, and its rows become entities as a session
would leave them behind: loaded and detached. See docs/decisions/0018-reads-by-the-driver.md.
"""

from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from typing import Any, Generic, TypeVar, cast
from weakref import WeakKeyDictionary

from asyncpg import Record
from sqlalchemy import BindParameter, Dialect, Float, Select, inspect
from sqlalchemy.orm.attributes import instance_state
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine
from sqlalchemy.util import LRUCache

from app.database.model import Entity

Model = TypeVar("Model", bound=Entity)
Convert = Callable[[Any], Any]
Binds = Sequence[BindParameter[Any]]
Found = tuple["Shape | None", Binds]
"""The shape of a statement, None if it has none, and the statement's own values."""

SHAPES = 500
FLOAT8, NUMERIC = 701, 1700


class DirectReads:
    """Every shape of statement compiled once, every model's columns looked up once."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._shapes: LRUCache[Any, Shape] = LRUCache(SHAPES)
        self._loaders: dict[type[Entity], Loader[Any]] = {}
        # What is bound by name is built once and used again: it needs no key to be found.
        self._prepared: WeakKeyDictionary[Select[Any], Found] = WeakKeyDictionary()

    def query(
        self, statement: Select[Any], values: Mapping[str, Any]
    ) -> tuple[str, list[Any]] | None:
        """SQL and its arguments; None for what has no fixed text, such as IN with a list."""
        if (known := self._prepared.get(statement)) is None:
            known = self._shape(statement)
            if values:
                self._prepared[statement] = known
        shape, binds = known
        if shape is None or shape.varies:
            return None
        return shape.sql, shape.arguments(values, binds)

    def _shape(self, statement: Select[Any]) -> Found:
        # The key that SQLAlchemy's own cache has: the statement without its values.
        key = statement._generate_cache_key()  # noqa: SLF001  the one its documentation shows
        if key is None:
            return None, ()
        shape = self._shapes.get(key.key)
        if shape is None:
            compiled = statement.compile(dialect=self._dialect, cache_key=key)
            shape = self._shapes[key.key] = Shape(compiled, self._dialect)
        return shape, key.bindparams

    def entities(self, model: type[Model], rows: Sequence[Record]) -> list[Model]:
        if (loader := self._loaders.get(model)) is None:
            loader = self._loaders[model] = Loader(model, self._dialect)
        return loader.entities(rows)


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
        self.varies = bool(compiled.post_compile_params)
        self._values = compiled.construct_params

    def arguments(self, values: Mapping[str, Any], binds: Binds) -> list[Any]:
        return self.in_order(self._values(values, extracted_parameters=binds))


class Loader(Generic[Model]):
    """Makes entities of rows whose columns are those of the model."""

    def __init__(self, model: type[Model], dialect: Dialect) -> None:
        mapper = inspect(model)
        columns = {attribute.columns[0].name: attribute for attribute in mapper.column_attrs}
        self._model = model
        self._new = mapper.class_manager.new_instance
        self._attributes = {name: attribute.key for name, attribute in columns.items()}
        self._converters = converters(
            (attribute.key, result_converter(attribute.columns[0].type, dialect))
            for attribute in columns.values()
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
        instance_state(entity).key = (self._model, (values["id"],), None)  # else it would seem new
        return entity


def converters(pairs: Iterable[tuple[str, Convert | None]]) -> list[tuple[str, Convert]]:
    return [(name, convert) for name, convert in pairs if convert is not None]


def result_converter(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    # Numbers alone ask for the type that PostgreSQL sends.
    sent = FLOAT8 if isinstance(kind, Float) else NUMERIC
    return kind.dialect_impl(dialect).result_processor(dialect, sent)
