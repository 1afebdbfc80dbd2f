"""The export: a cursor on the server, so that no more than a chunk is ever in memory."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, BinaryIO

import orjson
from pydantic_core import to_jsonable_python
from sqlalchemy import Column, inspect, select, text

from chassis.csv_files.importing import Watch
from chassis.csv_files.records import quoted
from chassis.csv_files.resource import Resource, holds_json, may_be_formula
from chassis.csv_files.spreadsheets import guarded
from chassis.csv_files.timeouts import lift_timeouts
from chassis.database.session import Database
from chassis.web.values.decimals import plain

CHUNK = 2_000
ONE_SNAPSHOT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


async def export(
    database: Database,
    resource: Resource,
    file: BinaryIO,
    watch: Watch,
    *,
    for_spreadsheets: bool = False,
) -> int:
    """Write every row as it is at this moment, in the order of the key; returns how many.

    An import of the file gives the same rows again; of one for spreadsheets, when it is told so.
    """
    columns = resource.columns.values()
    writers = [_writer(column, for_spreadsheets=for_spreadsheets) for column in columns]
    key = inspect(resource.model).primary_key
    written = file.write(_line(resource.columns))
    count = 0
    async with database.transaction() as session:
        await session.execute(ONE_SNAPSHOT)
        await lift_timeouts(session)
        rows = await session.stream(
            select(*columns).order_by(*key), execution_options={"yield_per": CHUNK}
        )
        async for chunk in rows.partitions():
            for row in chunk:
                cells = [write(value) for write, value in zip(writers, row, strict=True)]
                written += file.write(_line(cells))
            count += len(chunk)
            watch(count, written)
    return count


def _line(cells: Iterable[str]) -> bytes:
    return (",".join(cells) + "\n").encode()


def _writer(column: Column[Any], *, for_spreadsheets: bool) -> Callable[[Any], str]:
    write = _json if holds_json(column) else _text
    guard = guarded if for_spreadsheets and may_be_formula(column) else str

    def cell(value: Any) -> str:
        """As `chassis/csv_files/records.py` reads it: nothing is NULL, nothing in quotes a text."""
        return "" if value is None else quoted(guard(write(value)))

    return cell


def _json(value: Any) -> str:
    return orjson.dumps(value, default=_jsonable).decode()


def _jsonable(value: Any) -> Any:
    return plain(value) if isinstance(value, Decimal) else to_jsonable_python(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(_jsonable(value))
