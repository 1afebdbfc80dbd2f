"""Says of a migration that Alembic has written what to think of before it meets rows.

In the file, above the operation, and on the terminal when the file is there.
"""

import re
import sys
import textwrap
from pathlib import Path
from typing import Any, cast

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Dialect

from chassis.database.migrations.losses import losses_of
from chassis.database.migrations.risks import Ground, risks_of
from chassis.database.migrations.scratch import scratch

MARK = "# CAUTION: "
REST = "#   "
WIDTH = 94
EMPTY = "\n    pass\n"
BOTH_WAYS = 2
FOR_SQL = "It is empty. SQL of your own may go in (`from alembic import op`); else delete it."
FOUND = re.compile(rf"^ *{MARK}(.+\n(?: *{REST}.+\n)*)", re.MULTILINE)

Operations = list[ops.MigrateOperation]


class Caution(ops.OpContainer):
    """A comment. As a container of nothing it makes no difference to `alembic check`."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words


def add_cautions(context: MigrationContext, _: Any, scripts: list[ops.MigrationScript]) -> None:
    """For Alembic, when it has compared and before it writes."""
    connection = cast("Connection", context.connection)
    for upgrade in (upgrade for script in scripts for upgrade in script.upgrade_ops_list):
        made = {_place(it) for it in upgrade.ops if isinstance(it, ops.CreateTableOp)}
        for changes in upgrade.ops:
            if isinstance(changes, ops.ModifyTableOps) and _place(changes) not in made:
                changes.ops[:] = _with_cautions(connection, changes)
        upgrade.ops[:] = _with_losses(upgrade.ops, connection.dialect)


def _place(it: ops.CreateTableOp | ops.ModifyTableOps) -> tuple[str | None, str]:
    return it.schema, it.table_name


def _with_cautions(connection: Connection, changes: ops.ModifyTableOps) -> Operations:
    found: Operations = []
    quote = connection.dialect.identifier_preparer.quote
    table = ".".join(quote(part) for part in _place(changes) if part)
    with scratch(connection, changes.table_name, f"LIKE {table}") as like:
        ground = Ground(changes, like, connection.dialect)
        for change in changes.ops:
            found += [*map(Caution, risks_of(change, ground)), change]
    return _with_losses(found, connection.dialect)


def _with_losses(changes: Operations, dialect: Dialect) -> Operations:
    found: Operations = []
    for change in changes:
        found += [*map(Caution, losses_of(change, changes, dialect)), change]
    return found


def written(_: AutogenContext, caution: Caution) -> list[str]:
    """For Alembic, as comments."""
    return textwrap.wrap(
        caution.words,
        WIDTH,
        initial_indent=MARK,
        subsequent_indent=REST,
        break_long_words=False,
        break_on_hyphens=False,
    )


def tell(path: str, _: Any) -> None:
    """On the terminal, as a hook of `alembic.ini` that runs when the file is there."""
    text = Path(path).read_text("utf-8")
    if found := FOUND.findall(text):
        told = (re.sub(rf"\n *{REST}", " ", words).strip() for words in found)
        print("Think of what is there already:", *told, sep="\n- ", file=sys.stderr)
    print(FOR_SQL if text.count(EMPTY) == BOTH_WAYS else "Read it, then `make migrate`.")
