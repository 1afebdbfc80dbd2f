"""Rows per second into the products table, by each way there is; runs in the service's environment.

Each way in a process of its own, on an empty table, so that its peak of memory is its own too.
"""

import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

from app.features.products.models import Product
from app.features.products.repository import ProductRepository
from app.settings import Settings
from app.transfers import RESOURCES
from chassis.csv_files.exporting import export
from chassis.csv_files.importing import Import
from chassis.database.connections.engine import create_engine
from chassis.database.session import Database
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

CHUNK = 5_000
FEW, MANY = 50_000, 1_000_000


def rows(count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        yield {"sku": f"sku-{number}", "name": f"Name {number}", "price_cents": number, "stock": 5}


async def add_all(session: AsyncSession) -> int:
    session.add_all([Product(**row) for row in rows(FEW)])
    await session.flush()
    return FEW


async def create_many(session: AsyncSession) -> int:
    return len(await ProductRepository(session).create_many(list(rows(FEW))))


async def copy(session: AsyncSession) -> int:
    async def chunks() -> AsyncIterator[list[dict[str, Any]]]:
        source = rows(MANY)
        for _ in range(MANY // CHUNK):
            yield [next(source) for _ in range(CHUNK)]

    return await ProductRepository(session).copy(chunks())


def in_session(work: Callable[[AsyncSession], Awaitable[int]]) -> Callable[[Database], Any]:
    async def run(database: Database) -> int:
        async with database.transaction() as session:
            return await work(session)

    return run


async def csv_import(database: Database) -> int:
    with file().open("rb") as source:
        return await Import(RESOURCES[0], source).run(database, lambda *_: None)


async def csv_export(database: Database) -> int:
    with file().open("wb") as target:
        return await export(database, RESOURCES[0], target, lambda *_: None)


def file() -> Path:
    return Path(tempfile.gettempdir()) / "benchmark-products.csv"


WAYS: dict[str, Callable[[Database], Any]] = {
    "ORM add_all": in_session(add_all),
    "create_many": in_session(create_many),
    "COPY": in_session(copy),
    "import of a CSV file": csv_import,
    "export to a CSV file": csv_export,
}


async def measure(way: str) -> tuple[int, float]:
    engine = create_engine(Settings().database, "benchmark")
    async with engine.begin() as connection:
        if way != "export to a CSV file":  # which follows an import, and writes its rows
            await connection.execute(text("TRUNCATE products CASCADE"))
    started = time.perf_counter()
    count = await WAYS[way](Database(engine))
    seconds = time.perf_counter() - started
    await engine.dispose()
    return count, seconds


def compare() -> None:
    """Print a line of JSON for each way: its name, rows, seconds, peak of memory in MiB."""
    write_file()
    for way in WAYS:
        subprocess.run([sys.executable, __file__, way], check=True)
    file().unlink()


def write_file() -> None:
    with file().open("w", encoding="utf-8") as target:
        target.write("sku,name,price_cents,stock\n")
        target.writelines(",".join(map(str, row.values())) + "\n" for row in rows(MANY))


def report(way: str) -> None:
    count, seconds = asyncio.run(measure(way))
    unit = 1024**2 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    print(json.dumps([way, count, seconds, peak]), flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        report(sys.argv[1])
    else:
        compare()
