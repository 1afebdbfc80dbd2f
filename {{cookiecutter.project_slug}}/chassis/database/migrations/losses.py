"""What a migration takes away with its rows, and the new name that may have been meant."""

from collections.abc import Iterator, Sequence

from alembic.operations import ops
from sqlalchemy import Column, Dialect

from chassis.database.migrations import advice

Changes = Sequence[ops.MigrateOperation]


def losses_of(change: ops.MigrateOperation, beside: Changes, dialect: Dialect) -> Iterator[str]:
    """`beside` are the other changes: of a column to its table, of a table all."""
    if isinstance(change, ops.DropColumnOp):
        place = f"{_place(change)}.{change.column_name}"
        yield _words(place, _new_columns(change, beside, dialect))
    elif isinstance(change, ops.DropTableOp):
        yield _words(_place(change), _new_tables(change, beside))


def _place(change: ops.DropColumnOp | ops.DropTableOp) -> str:
    return f"{change.schema}.{change.table_name}" if change.schema else change.table_name


def _words(place: str, renames: Iterator[str]) -> str:
    meant = " or ".join(f"`{rename}`" for rename in renames)
    return advice.LOST.format(place=place) + (advice.RENAMED.format(meant=meant) if meant else "")


def _new_columns(change: ops.DropColumnOp, beside: Changes, dialect: Dialect) -> Iterator[str]:
    """Columns of the same type that are added."""
    kind = change.to_column().type.compile(dialect=dialect)
    added = [it.column for it in beside if isinstance(it, ops.AddColumnOp)]
    for column in added:
        if column.type.compile(dialect=dialect) == kind:
            names = f'"{change.table_name}", "{change.column_name}"'
            new = f'new_column_name="{column.name}"{_in_schema(change)}'
            yield f"op.alter_column({names}, {new})"


def _new_tables(change: ops.DropTableOp, beside: Changes) -> Iterator[str]:
    """Tables of the same columns that are made."""
    columns = {column.name for column in change.to_table().columns}
    made = [it for it in beside if isinstance(it, ops.CreateTableOp) and it.schema == change.schema]
    for table in made:
        if {it.name for it in table.columns if isinstance(it, Column)} == columns:
            names = f'"{change.table_name}", "{table.table_name}"'
            yield f"op.rename_table({names}{_in_schema(change)})"


def _in_schema(change: ops.DropColumnOp | ops.DropTableOp) -> str:
    return f', schema="{change.schema}"' if change.schema else ""
