"""CHECK constraints, of enums and written by hand, for Alembic, which compares none.

Its own plugin `alembic.ext.checkconstraint_byname` sees names alone: one member more of an enum is
no change. PostgreSQL prints a condition in its own way, and so it is asked to print both.
https://alembic.sqlalchemy.org/en/latest/api/plugins.html
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple, cast

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from alembic.runtime.plugins import Plugin
from alembic.util import PriorityDispatchResult
from sqlalchemy import CheckConstraint, Connection, Dialect, MetaData, Table, text
from sqlalchemy.sql.elements import conv, quoted_name

from chassis.database.migrations.conditions import shortened, sql_of, written
from chassis.database.migrations.scratch import Scratch, scratch
from chassis.database.migrations.stored_types import change_types_alone, columns_of

STORED = text("""
    SELECT conname, pg_get_expr(conbin, conrelid), coninhcount > 0
    FROM pg_constraint
    JOIN pg_class ON pg_class.oid = conrelid
    JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE contype = 'c' AND relname = :table AND nspname = coalesce(:schema, current_schema())
    ORDER BY conname
""")


class Check(NamedTuple):
    name: str
    condition: str
    fixed: bool
    """Whether something else has it: a parent of the table, or the type of a column to be added."""
    options: Mapping[str, Any] = {}
    """Of the database's own, such as `postgresql_not_valid`."""


def setup(plugin: Plugin) -> None:
    plugin.add_autogenerate_comparator(compare, "table", "checks", qualifier="postgresql")


def compare(
    context: AutogenContext,
    changes: ops.ModifyTableOps,
    _schema: str | None,
    _name: quoted_name | str,
    present: Table | None,
    wanted: Table | None,
) -> PriorityDispatchResult:
    """Drops come first and new ones last: between them, columns come and change their types."""
    if present is not None and wanted is not None:
        change_types_alone(changes, wanted, context.dialect)
        added = {it.column.name for it in changes.ops if isinstance(it, ops.AddColumnOp)}
        modelled = {check.name: check for check in _modelled(context, wanted, added)}
        dropped, made = _differences(context, wanted, modelled)
        changes.ops[:0] = map(ops.DropConstraintOp.from_constraint, dropped)
        changes.ops += map(ops.AddConstraintOp.from_constraint, made)
    return PriorityDispatchResult.CONTINUE


def _differences(
    context: AutogenContext, table: Table, modelled: Mapping[str, Check]
) -> tuple[list[CheckConstraint], list[CheckConstraint]]:
    """Those to drop, and those to make."""
    connection = cast("Connection", context.connection)
    with scratch(connection, table.name, columns_of(table, context.dialect)) as ground:
        stored = {check.name: check for check in _stored(connection, table, ground)}
        changed = {
            name
            for name in modelled.keys() & stored.keys()
            if _differ(modelled[name], stored[name], ground)
        }
    gone = stored.keys() - modelled.keys() | changed
    new = modelled.keys() - stored.keys() | changed
    return (
        [it for it in _on(table, stored, gone) if _is_included(context, it, stored=True)],
        [it for it in _on(table, modelled, new) if _is_included(context, it, stored=False)],
    )


def _stored(connection: Connection, table: Table, ground: Scratch) -> Iterator[Check]:
    place = {"table": table.name, "schema": table.schema}
    for name, printed, inherited in connection.execute(STORED, place).all():
        yield Check(name, shortened(printed, ground.canonical), inherited)


def _modelled(context: AutogenContext, table: Table, added: set[str]) -> Iterator[Check]:
    dialect, impl = context.dialect, context.migration_context.impl
    columns = (column.constraints for column in table.columns)
    for check in {*table.constraints}.union(*columns):
        rule = check._create_rule  # noqa: SLF001  of a type: whether this database needs it
        if isinstance(check, CheckConstraint) and (rule is None or rule(impl)):
            of_new = rule is not None and added >= {it.name for it in check.columns}
            options = dict(check.dialect_kwargs)
            yield Check(_name_of(check, dialect), sql_of(check, dialect), of_new, options)


def _name_of(check: CheckConstraint, dialect: Dialect) -> str:
    """As the naming convention makes it, and as long as PostgreSQL takes it."""
    name = str(dialect.identifier_preparer.format_constraint(check))
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _differ(modelled: Check, stored: Check, ground: Scratch) -> bool:
    """No, where PostgreSQL cannot tell: a type or a function of it may not exist yet."""
    wanted = None if stored.fixed else ground.canonical(modelled.condition)
    return wanted is not None and wanted != ground.canonical(stored.condition)


def _on(
    table: Table, checks: Mapping[str, Check], names: Collection[str]
) -> Iterator[CheckConstraint]:
    for name in sorted(names):
        bare, check = Table(table.name, MetaData(), schema=table.schema), checks[name]
        if not check.fixed:
            condition = written(check.condition)
            yield CheckConstraint(condition, name=conv(name), table=bare, **check.options)


def _is_included(context: AutogenContext, check: CheckConstraint, *, stored: bool) -> bool:
    return context.run_object_filters(check, check.name, "check_constraint", stored, None)
