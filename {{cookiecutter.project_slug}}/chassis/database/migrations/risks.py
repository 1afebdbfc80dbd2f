"""What of the changes to a table that exists fails where it has rows, or keeps others from it.

Whether rows are written anew, PostgreSQL says itself, on an empty table like it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from alembic.operations import ops
from sqlalchemy import CheckConstraint, Column, Dialect
from sqlalchemy.schema import CreateColumn

from chassis.database.migrations import advice
from chassis.database.migrations.conditions import LITERAL, members
from chassis.database.migrations.scratch import Scratch


@dataclass(frozen=True)
class Ground:
    """Where a change is to be made."""

    changes: ops.ModifyTableOps
    like: Scratch
    dialect: Dialect

    @property
    def table(self) -> str:
        return _full_name(self.changes.schema, self.changes.table_name)

    @property
    def empty(self) -> set[str]:
        """Columns in which every row will have NULL."""
        return {it.name for it in self._added() if it.nullable and it.server_default is None}

    @property
    def filled(self) -> set[str]:
        return self.like.columns() | {it.name for it in self._added()} - self.empty

    def _added(self) -> Iterator[Column[Any]]:
        return (it.column for it in self.changes.ops if isinstance(it, ops.AddColumnOp))

    def about(self, words: str, name: Any, **more: str) -> str:
        return words.format(table=self.table, name=name, **more)


def _full_name(schema: str | None, table: str) -> str:
    return f"{schema}.{table}" if schema else table


def risks_of(change: ops.MigrateOperation, ground: Ground) -> Iterator[str]:
    find = FINDERS.get(type(change))
    return find(change, ground) if find else iter(())


def _added_column(change: ops.AddColumnOp, ground: Ground) -> Iterator[str]:
    column = change.column
    if column.server_default is None and not column.nullable:
        yield ground.about(advice.NO_VALUE, column.name)
    sql = CreateColumn(column).compile(dialect=ground.dialect)
    if ground.like.rewrites(f"ADD COLUMN {sql}"):
        yield ground.about(advice.COMPUTED, column.name)


def _altered_column(change: ops.AlterColumnOp, ground: Ground) -> Iterator[str]:
    if change.modify_nullable is False:
        yield ground.about(advice.NULLS, change.column_name)
    if change.modify_type is not None:
        quoted = ground.dialect.identifier_preparer.quote(change.column_name)
        sql = change.modify_type.compile(dialect=ground.dialect)
        rewrites = ground.like.rewrites(f"ALTER COLUMN {quoted} TYPE {sql}")
        if rewrites is not False:
            words = advice.REWRITTEN if rewrites else advice.NO_CAST
            yield ground.about(words, change.column_name)


def _index(change: ops.CreateIndexOp, ground: Ground) -> Iterator[str]:
    if not change.kw.get("postgresql_concurrently"):
        names = {getattr(column, "name", column) for column in change.columns}
        equal = advice.EQUAL if change.unique and not names <= ground.empty else ""
        yield ground.about(advice.INDEX, change.index_name, equal=equal)


def _unique(change: ops.CreateUniqueConstraintOp, ground: Ground) -> Iterator[str]:
    equal = "" if set(change.columns) <= ground.empty else advice.EQUAL
    yield ground.about(advice.UNIQUE, change.constraint_name, equal=equal)


def _reference(change: ops.CreateForeignKeyOp, ground: Ground) -> Iterator[str]:
    if not _is_not_valid(change):
        referred = _full_name(change.kw.get("referent_schema"), change.referent_table)
        tables = " or ".join(dict.fromkeys([ground.table, referred]))
        nowhere = "" if set(change.local_cols) <= ground.empty else advice.NOWHERE
        yield ground.about(advice.REFERENCE, change.constraint_name, tables=tables, nowhere=nowhere)


def _check(change: ops.CreateCheckConstraintOp, ground: Ground) -> Iterator[str]:
    if not _is_not_valid(change):
        named = re.findall(r'(?<=")[^"]+(?=")|\w+', LITERAL.sub("", str(change.condition)))
        may_break = ground.filled.intersection(named) and not _is_wider(change, ground)
        broken = advice.BROKEN if may_break else ""
        yield ground.about(advice.CHECK, change.constraint_name, broken=broken)


def _is_not_valid(change: ops.CreateForeignKeyOp | ops.CreateCheckConstraintOp) -> bool:
    return bool(change.kw.get("postgresql_not_valid"))


def _is_wider(change: ops.CreateCheckConstraintOp, ground: Ground) -> bool:
    """Whether it takes the place of a list with fewer values."""
    wanted = members(str(change.condition))
    formers = [it for it in ground.changes.ops if isinstance(it, ops.DropConstraintOp)]
    for former in formers:
        if wanted and former.constraint_name == change.constraint_name:
            had = members(str(cast("CheckConstraint", former.to_constraint()).sqltext))
            return had is not None and had[0] == wanted[0] and had[1] <= wanted[1]
    return False


FINDERS: dict[type, Callable[[Any, Ground], Iterator[str]]] = {
    ops.AddColumnOp: _added_column,
    ops.AlterColumnOp: _altered_column,
    ops.CreateIndexOp: _index,
    ops.CreateUniqueConstraintOp: _unique,
    ops.CreateForeignKeyOp: _reference,
    ops.CreateCheckConstraintOp: _check,
}
