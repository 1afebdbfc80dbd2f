"""What may go past the ORM: the one place that says what is plain.

It names what must hold. Whatever it does not name, today or in a later SQLAlchemy, is the ORM's:
what goes past it leaves behind exactly what the ORM would, or does not go past it.
"""

from collections.abc import Collection, Sequence
from itertools import starmap
from operator import attrgetter
from typing import Any

from sqlalchemy import Column, Connection, Engine, Select, Table, UnaryExpression
from sqlalchemy.orm import ClassManager, ColumnProperty, Mapper, RelationshipProperty
from sqlalchemy.orm.interfaces import MapperProperty
from sqlalchemy.sql.visitors import iterate

from app.database.model import same_as_created

LOADED_AT_ONCE = (("deferred", False), ("instrument", True))
LOADED_LATER = ("select", "raise", "raise_on_sql", "write_only", "dynamic")
WHERE_ORDER_AND_LIMIT = (
    *("_raw_columns", "_propagate_attrs", "_label_style", "_where_criteria", "_order_by_clauses"),
    *("_limit_clause", "_offset_clause", "dialect_options", "_memoized_keys"),
)
READING = (
    *("do_orm_execute", "loaded_as_persistent", "persistent_to_detached"),
    *("after_transaction_create", "after_begin", "after_transaction_end"),
)
ADDING = ("before_attach", "after_attach", "transient_to_pending", "pending_to_persistent")
FLUSHING = ("before_flush", "after_flush", "after_flush_postexec")

_writing = attrgetter(*ADDING, *FLUSHING)


def is_plain(mapper: Mapper[Any]) -> bool:
    """Rows of one table, all of them this model's, and each of its columns an attribute's."""
    table = mapper.local_table
    columns = [column for a in mapper.column_attrs for column in a.columns]
    return (
        type(mapper) is Mapper
        and type(table) is Table
        and type(mapper.class_manager) is ClassManager
        and mapper.inherits is None
        and [*mapper.self_and_descendants] == [mapper]
        and mapper.polymorphic_on is None
        and not mapper.always_refresh
        and all(map(_is_plain_attribute, mapper.attrs))
        and len(columns) == len(table.c)
        and {*columns} == {*table.c}
    )


def _is_plain_attribute(attribute: MapperProperty[Any]) -> bool:
    if isinstance(attribute, RelationshipProperty):
        return attribute.lazy in LOADED_LATER
    return type(attribute) is ColumnProperty and attribute.strategy_key == LOADED_AT_ONCE


def takes_one_insert(mapper: Mapper[Any]) -> bool:
    """Nothing but values goes into a new row, and a flush would send no other statement."""
    return (
        is_plain(mapper)
        and mapper.local_table.implicit_returning  # type: ignore[attr-defined]  # of a Table
        and mapper.eager_defaults == "auto"
        and mapper.version_id_col is not None
        and mapper.version_id_generator is not False
        and not mapper._delete_orphans  # noqa: SLF001  it has no public name
        and all(map(_is_plain_default, (column.default for column in mapper.local_table.c)))
    )


def _is_plain_default(default: Any) -> bool:
    """It asks for no more than the row so far."""
    if default is None or not default.is_callable:
        return default is None or not default.is_sequence
    is_wrapped = default.arg is not default._fn  # noqa: SLF001  where it takes no parameters
    return is_wrapped or default.arg is same_as_created


def is_plain_select(statement: Select[Any], model: type[Any]) -> bool:
    """The model's own columns and rows: which of them, in which order, and no more.

    A part of a statement is an attribute of it; one that is not as SELECT has it by itself, and
    not named here, may mean anything.
    """
    return (
        type(statement) is Select
        and all(column["expr"] is model for column in statement.column_descriptions)
        and len(statement.column_descriptions) == 1
        and [*statement.get_final_froms()] == [model.__table__]
        and all(map(_is_plain_order, statement._order_by_clauses))  # noqa: SLF001  it has no public name
        and all(starmap(_is_plain_part, vars(statement.where()).items()))  # a copy, not worked out
    )


def _is_plain_order(clause: Any) -> bool:
    """A function may return a set, and make its row come twice."""
    return all(isinstance(part, Column | UnaryExpression) for part in iterate(clause))


def _is_plain_part(name: str, value: Any) -> bool:
    if name == "_compile_options":  # a class, or an object that knows what is not as in the class
        return isinstance(value, type) or not vars(value)
    return name in WHERE_ORDER_AND_LIMIT or value is getattr(Select, name, ...)


def listeners_to_reading(events: Any) -> Sequence[Collection[Any]]:
    """Who listens to what every session does when it reads; collections that stay up to date.

    `events` is the `dispatch` of a session that nobody else knows.
    """
    return [getattr(events, name).parent_listeners for name in READING]


def tells_of_writing(events: Any, mapper: Mapper[Any]) -> bool:
    return (
        any(_writing(events))
        or bool(mapper.dispatch.before_insert or mapper.dispatch.after_insert)
        or bool(mapper.class_manager.dispatch.refresh_flush)
    )


def sends_plainly(engine: Engine) -> bool:
    """Nobody listens to what is sent, and no option says how."""
    events = engine.dialect.dispatch
    return not (
        engine._has_events  # noqa: SLF001  it has no public name
        or engine.get_execution_options()
        or events.do_execute
        or len(events.handle_error) > 1  # one is our own
    )


def takes_text(connection: Connection) -> bool:
    """Nobody listens for statements that are not text yet, and schemas keep their names."""
    events = connection.engine.dispatch
    return not (
        events.before_execute
        or events.after_execute
        or "schema_translate_map" in connection.get_execution_options()
    )
