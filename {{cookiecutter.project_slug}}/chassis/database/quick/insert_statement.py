"""The INSERT of one row, as SQL and arguments for the driver.

SQLAlchemy makes its text, and says what types and defaults do; that is worked out once for each
set of columns, where `execute` does it again for each row.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Column, Connection, CursorResult, Dialect, Table
from sqlalchemy.sql.compiler import SQLCompiler

from chassis.database.quick.direct import DriverStatement
from chassis.database.quick.loader import result_converter

Row = dict[str, Any]
"""Values by the keys of columns."""


class InsertStatement:
    def __init__(self, table: Table) -> None:
        self._defaults = [(c.key, _maker(c)) for c in table.c if _is_made_by_the_service(c)]
        self._insert = table.insert().return_defaults(*filter(_is_made_by_the_server, table.c))
        self._compiled: WeakKeyDictionary[Dialect, dict[frozenset[str], Compiled]]
        self._compiled = WeakKeyDictionary()

    def ready(self, dialect: Dialect, given: Row) -> "Ready":
        """Raises whatever defaults and types raise."""
        row, made = given.copy(), {}
        parameters = Parameters(row)
        for key, make in self._defaults:
            if key not in row:
                made[key] = row[key] = make(parameters)
        compiled = self._compiled_for(dialect, row)
        return Ready(compiled, tuple(compiled.in_order(row)), made)

    def _compiled_for(self, dialect: Dialect, row: Row) -> "Compiled":
        known = self._compiled.setdefault(dialect, {})
        columns = frozenset(row)
        if (compiled := known.get(columns)) is None:
            statement: Any = self._insert.compile(dialect=dialect, column_keys=list(row))
            compiled = known[columns] = Compiled(statement, dialect)
        return compiled


class Compiled(DriverStatement):
    """For one set of columns."""

    def __init__(self, compiled: SQLCompiler, dialect: Dialect) -> None:
        super().__init__(compiled, dialect)
        columns: Any = compiled.implicit_returning or ()
        self._returned = [(c.key, result_converter(c.type, dialect)) for c in columns]

    def returned(self, result: CursorResult[Any]) -> Row:
        if not self._returned:
            return {}
        return {
            key: value if convert is None else convert(value)
            for (key, convert), value in zip(self._returned, result.one(), strict=True)
        }


class Ready(NamedTuple):
    """With the arguments of one row."""

    compiled: Compiled
    arguments: tuple[Any, ...]
    made: Row

    def run(self, connection: Connection) -> Row:
        """What defaults, ours and the server's, have made."""
        result = connection.exec_driver_sql(self.compiled.sql, self.arguments)
        return self.made | self.compiled.returned(result)


class Parameters:
    """What a default may ask, in SQLAlchemy's words: all that the row has so far."""

    def __init__(self, row: Row) -> None:
        self._row = row

    def get_current_parameters(self) -> Mapping[str, Any]:
        return self._row


def _is_made_by_the_service(column: Column[Any]) -> bool:
    default: Any = column.default
    return default is not None and (default.is_scalar or default.is_callable)


def _is_made_by_the_server(column: Column[Any]) -> bool:
    default: Any = column.default
    return column.server_default is not None or (default is not None and default.is_clause_element)


def _maker(column: Column[Any]) -> Callable[[Parameters], Any]:
    default: Any = column.default
    return default.arg if default.is_callable else lambda _: default.arg
