"""What may go past the ORM: the one place that says which models and statements are plain.

It names what must hold. Whatever it does not name, today or in a later SQLAlchemy, is the ORM's.
Who listens to what the ORM does is another question: `chassis/database/quick/listeners.py`.
"""

from itertools import starmap
from typing import Any

from sqlalchemy import LABEL_STYLE_DEFAULT, Column, Select, Table, UnaryExpression
from sqlalchemy.orm import ClassManager, ColumnProperty, Mapper, RelationshipProperty
from sqlalchemy.orm.interfaces import MapperProperty
from sqlalchemy.sql.visitors import iterate

from chassis.database.model import same_as_created

LOADED_AT_ONCE = (("deferred", False), ("instrument", True))
LOADED_LATER = ("select", "raise", "raise_on_sql", "write_only", "dynamic")
WHERE_ORDER_AND_LIMIT = (
    *("_raw_columns", "_propagate_attrs", "_where_criteria", "_order_by_clauses"),
    *("_limit_clause", "_offset_clause", "dialect_options", "_memoized_keys"),
)


def has_one_table(mapper: Mapper[Any]) -> bool:
    """Its rows are in one table, which it may share with other models."""
    return type(mapper.local_table) is Table and mapper.persist_selectable is mapper.local_table


def is_values_alone(mapper: Mapper[Any]) -> bool:
    """A row is the values of its attributes: there is no other column, and no kind of entity."""
    return (
        has_one_table(mapper)
        and mapper.inherits is None
        and mapper.polymorphic_on is None
        and {*mapper.local_table.c} <= {*mapper.columns}
    )


def is_plain(mapper: Mapper[Any]) -> bool:
    """Each row is an entity of this model, each column an attribute of it, and loaded at once."""
    return (
        is_values_alone(mapper)
        and type(mapper) is Mapper
        and type(mapper.class_manager) is ClassManager
        and [*mapper.self_and_descendants] == [mapper]
        and not mapper.always_refresh
        and all(map(_is_plain_attribute, mapper.attrs))
        and len(mapper.column_attrs) == len(mapper.local_table.c)
    )


def _is_plain_attribute(attribute: MapperProperty[Any]) -> bool:
    if isinstance(attribute, RelationshipProperty):
        return attribute.lazy in LOADED_LATER
    return (
        type(attribute) is ColumnProperty
        and attribute.strategy_key == LOADED_AT_ONCE
        and len(attribute.columns) == 1
    )


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
    """The columns of the model: of which rows, in which order, and no more.

    Each part of a statement is an attribute of it. One that is not named here, and not as every
    SELECT has it, may mean anything.
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
    if name == "_label_style":
        return value is LABEL_STYLE_DEFAULT
    if name == "_compile_options":  # a class, or an object that knows what is not as in the class
        return isinstance(value, type) or not vars(value)
    return name in WHERE_ORDER_AND_LIMIT or value is getattr(Select, name, ...)
