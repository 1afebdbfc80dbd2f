"""The export: a cursor on the server, so that no more than a chunk is ever in memory."""

import re
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO

import orjson
from pydantic_core import to_jsonable_python
from sqlalchemy import Column, inspect, select, text

from app.csv_files.importing import Watch
from app.csv_files.resource import Resource, holds_json
from app.csv_files.timeouts import lift_timeouts
from app.database.session import Database

CHUNK = 2_000
NEEDS_QUOTES = re.compile(r'^$|[",\r\n]')
ONE_SNAPSHOT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


async def export(database: Database, resource: Resource, file: BinaryIO, watch: Watch) -> int:
    """Write every row as it is at this moment, in the order of the key; returns how many.

    An import of the file gives the same rows again.
    """
    columns = resource.columns.values()
    writers = [_writer(column) for column in columns]
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


def _writer(column: Column[Any]) -> Callable[[Any], str]:
    return _json if holds_json(column) else _cell


def _json(value: Any) -> str:
    return "" if value is None else _cell(orjson.dumps(value, default=to_jsonable_python).decode())


def _cell(value: Any) -> str:
    """As `app/csv_files/records.py` reads it: nothing is NULL, nothing in quotes an empty text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = value if isinstance(value, str) else str(to_jsonable_python(value))
    return '"' + text.replace('"', '""') + '"' if NEEDS_QUOTES.search(text) else text
