"""The same by PgQueuer: in a transaction, and by a worker with ten at once."""

import asyncio
import json
import sys
import time
from os import environ

import asyncpg
from pgqueuer import QueueManager
from pgqueuer.db import AsyncpgDriver, AsyncpgPoolDriver
from pgqueuer.models import Job
from pgqueuer.queries import Queries
from pgqueuer.types import QueueExecutionMode

COUNT = int(sys.argv[1]) if sys.argv[1:] else 10_000
AT_ONCE = 10
SIZE = """
SELECT sum(pg_total_relation_size(oid)) / 1024.0 ^ 2 FROM pg_class
WHERE relname LIKE 'pgqueuer%' AND relkind = 'r'
"""


async def main() -> None:
    url = environ["DATABASE_URL"]
    async with asyncpg.create_pool(url, min_size=AT_ONCE, max_size=AT_ONCE) as pool:
        enqueued = await enqueue(pool)
        manager = QueueManager(Queries(AsyncpgPoolDriver(pool)))

        @manager.entrypoint("effect", concurrency_limit=AT_ONCE)
        async def effect(job: Job) -> None:
            await pool.execute("INSERT INTO effects VALUES ($1)", int(job.payload or b"0"))

        started = time.perf_counter()
        await manager.run(batch_size=AT_ONCE, mode=QueueExecutionMode.drain)
        seconds = time.perf_counter() - started
        await pool.execute("VACUUM")
        print(json.dumps([enqueued, COUNT / seconds, float(await pool.fetchval(SIZE))]))


async def enqueue(pool: asyncpg.Pool) -> float:
    """Seconds; the tables are made first, where they are missing."""
    async with pool.acquire() as connection:
        queries = Queries(AsyncpgDriver(connection))
        if not await queries.schema_is_installed():
            await queries.install()
        await connection.execute("CREATE TABLE IF NOT EXISTS effects (number int)")
        started = time.perf_counter()
        async with connection.transaction():
            payloads = [str(number).encode() for number in range(COUNT)]
            await queries.enqueue(["effect"] * COUNT, payloads, [0] * COUNT)
        return time.perf_counter() - started


if __name__ == "__main__":
    asyncio.run(main())
