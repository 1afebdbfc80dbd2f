"""Entities straight from the driver, where nothing has to track them.

For a plain SELECT the ORM's work takes longer than PostgreSQL's and the driver's together. Here
SQLAlchemy compiles a statement once, the driver runs it, and its rows become entities as a session
would leave them behind: loaded and detached. See docs/decisions/0018-reads-by-the-driver.md.
"""

from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from asyncpg import Record
from sqlalchemy import BindParameter, Dialect, Engine, Select, inspect
from sqlalchemy.sql.cache_key import CacheKey
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.util import LRUCache

from chassis.database.guards import only_reads
from chassis.database.model import Entity
from chassis.database.quick.listeners import ReadListeners
from chassis.database.quick.loader import Loader, converters
from chassis.database.quick.plainness import is_plain, is_plain_select

Model = TypeVar("Model", bound=Entity)
Binds = Sequence[BindParameter[Any]]
Found = tuple[type[Entity], "Shape | None", Binds]
"""A model, the shape of a statement, None if it is the ORM's, and the statement's own values."""

SHAPES = 500


class DirectReads:
    """Every shape of statement compiled once, every model's columns looked up once."""

    def __init__(self, engines: Sequence[Engine], events: Any) -> None:
        """`events` is the `dispatch` of a session that would read instead, on these engines."""
        self._listeners = ReadListeners(engines, events)
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
        if shape is None or self._listeners.hear(self._loader(model).events):
            return None
        try:
            return shape.sql, shape.arguments(values, binds)
        except Exception:  # noqa: BLE001  of a type: the ORM makes a StatementError of it
            return None

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
