"""Asks PostgreSQL what it would make of something, on a temporary table that is rolled back.

The table has the name of the real one, which it hides meanwhile, as an expression may name it.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

CONSTRAINT = "scratch"
PRINTED = """
SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint
WHERE conrelid = '{}'::regclass AND conname = '{}'
"""
COLUMNS = """
SELECT attname FROM pg_attribute
WHERE attrelid = '{}'::regclass AND attnum > 0 AND NOT attisdropped
"""
WAYS = 2
"""How often PostgreSQL prints a condition, until it prints what it was given.

`x IN ('a', 'b')` of a varchar is printed with the cast of an array, and that, once it comes out of
a dump, with casts of its elements.
"""


class Scratch:
    """An empty table; where PostgreSQL makes none like that, it answers nothing."""

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection = connection
        self._quote = connection.dialect.identifier_preparer.quote
        self._table = f"pg_temp.{self._quote(name)}"

    def make(self, columns: str) -> None:
        """Of SQL that may name what does not exist yet."""
        with suppress(DBAPIError), self._connection.begin_nested():
            self._ask(f"CREATE TABLE {self._table} ({columns})")

    def columns(self) -> set[str]:
        """Their names."""
        return {*self._ask(COLUMNS.format(self._table)).scalars()}

    def canonical(self, condition: str) -> str | None:
        """A CHECK as PostgreSQL prints it in the end; None where it takes none like that."""
        with self._undone():
            for _ in range(WAYS):
                self._alter(f"ADD CONSTRAINT {CONSTRAINT} CHECK ({condition})")
                condition = str(self._ask(PRINTED.format(self._table, CONSTRAINT)).scalar())
                self._alter(f"DROP CONSTRAINT {CONSTRAINT}")
            return condition
        return None

    def rewrites(self, action: str) -> bool | None:
        """Whether this ALTER TABLE writes every row anew; None where PostgreSQL refuses it."""
        with self._undone():
            before = self._file()
            self._alter(action)
            return bool(self._file() != before)
        return None

    def _alter(self, action: str) -> None:
        self._ask(f"ALTER TABLE {self._table} {action}")

    def _file(self) -> Any:
        return self._ask(f"SELECT pg_relation_filenode('{self._table}')").scalar()

    def _ask(self, statement: str) -> Any:
        return self._connection.exec_driver_sql(statement)

    @contextmanager
    def _undone(self) -> Iterator[None]:
        """What PostgreSQL refuses ends the block, and nothing more."""
        with suppress(DBAPIError), self._connection.begin_nested() as savepoint:
            yield
            savepoint.rollback()


@contextmanager
def scratch(connection: Connection, name: str, columns: str) -> Iterator[Scratch]:
    """`columns` are SQL, such as `LIKE tasks`."""
    savepoint = connection.begin_nested()
    try:
        made = Scratch(connection, name)
        made.make(columns)
        yield made
    finally:
        savepoint.rollback()
