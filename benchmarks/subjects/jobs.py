"""Jobs enqueued in one transaction and done by one worker; runs in a service with the part.

With a second number, so many at a time, each lot done before the next: a queue that never is long.
"""

import asyncio
import json
import sys
import time
from contextlib import AsyncExitStack

from app.settings import Settings
from chassis.database.session import Database
from chassis.jobs import Run, enqueue_many, job
from chassis.jobs.registry import Registry
from chassis.jobs.settings import JobSettings
from chassis.jobs.worker.composition import Parts, databases
from chassis.observability.logging import configure_logging
from chassis.web.serving.drain import Drain
from sqlalchemy import text

COUNT = int(sys.argv[1]) if sys.argv[1:] else 10_000
LOT = int(sys.argv[2]) if sys.argv[2:] else COUNT
SIZE = "SELECT pg_total_relation_size('jobs') / 1024.0 ^ 2"
EFFECT = text("INSERT INTO effects VALUES (:number)")


@job()
async def effect(run: Run, number: int) -> None:
    async with run.transaction() as session:
        await session.execute(EFFECT, {"number": number})


async def main() -> None:
    settings = Settings()
    quiet = settings.log.model_copy(update={"level": "error"})
    configure_logging(quiet, settings.identity)
    async with AsyncExitStack() as stack:
        database, control = await stack.enter_async_context(databases(settings, JobSettings()))
        async with database.transaction() as session:
            await session.execute(text("TRUNCATE jobs, events"))
            await session.execute(text("CREATE TABLE IF NOT EXISTS effects (number int)"))
        parts = Parts(Registry([effect]), JobSettings(), database, control, None)
        enqueued = worked = 0.0
        for first in range(0, COUNT, LOT):
            enqueued += await enqueue(database, range(first, first + LOT))
            worked += await done(parts, control)
        async with control.driver_connection() as driver:
            await driver.execute("VACUUM jobs")
            size = float(await driver.fetchval(SIZE))
        print(json.dumps([enqueued, COUNT / worked, size]))


async def enqueue(database: Database, numbers: range) -> float:
    """Seconds."""
    started = time.perf_counter()
    async with database.transaction() as session:
        await enqueue_many(session, effect, ({"number": each} for each in numbers))
    return time.perf_counter() - started


async def done(parts: Parts, control: Database) -> float:
    """Seconds until none is left."""
    drain, started = Drain(), time.perf_counter()
    working = asyncio.create_task(parts.worker.run(drain))
    async with control.driver_connection() as driver:
        while await driver.fetchval("SELECT EXISTS (SELECT FROM jobs)"):  # noqa: ASYNC110  a worker tells nobody
            await asyncio.sleep(0.02)
    seconds = time.perf_counter() - started
    drain.begin()
    await working
    return seconds


if __name__ == "__main__":
    asyncio.run(main())
