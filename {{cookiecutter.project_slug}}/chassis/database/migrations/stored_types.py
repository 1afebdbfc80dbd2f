"""Types of columns as the database knows them, and how a migration names them.

A TypeDecorator is Python's matter. A migration names what is stored, so that it still runs when
the class has moved or gone. A type with SQL of its own is imported.
"""

from contextlib import suppress
from typing import Any, Literal

from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.render import _repr_type  # it offers no other way to write a type
from alembic.operations import ops
from sqlalchemy import Dialect, Enum, String, Table, TypeDecorator
from sqlalchemy.exc import CompileError
from sqlalchemy.types import TypeEngine


def stored(type_: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    """What a TypeDecorator, or one around another, keeps its values in."""
    while isinstance(type_, TypeDecorator):
        type_ = type_.load_dialect_impl(dialect)
    return type_


def columns_of(table: Table, dialect: Dialect) -> str:
    """SQL of the columns without their constraints, for those whose type has any."""
    quote, found = dialect.identifier_preparer.quote, []
    for column in table.columns:
        with suppress(CompileError):
            found.append(f"{quote(column.name)} {column.type.compile(dialect=dialect)}")
    return ", ".join(found)


def render_item(kind: str, item: Any, context: AutogenContext) -> str | Literal[False]:
    """For Alembic: False leaves it to it."""
    if kind != "type":
        return False
    if isinstance(item, TypeDecorator):
        return str(_repr_type(stored(item, context.dialect), context))
    module = type(item).__module__
    if module.partition(".")[0] not in {"sqlalchemy", "alembic"}:
        context.imports.add(f"import {module}")
    return False


def change_types_alone(changes: ops.ModifyTableOps, wanted: Table, dialect: Dialect) -> None:
    """Else a change of a column to an enum would make its CHECK too."""
    for change in changes.ops:
        if isinstance(change, ops.AlterColumnOp) and change.modify_type is not None:
            type_ = stored(wanted.columns[change.column_name].type, dialect)
            if isinstance(type_, Enum) and not type_.native_enum:
                change.modify_type = String(type_.length)
