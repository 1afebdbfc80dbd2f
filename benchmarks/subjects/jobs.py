"""Jobs enqueued in one transaction and done by one worker; runs in a service with the part."""

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
            await session.execute(text("TRUNCATE jobs"))
            await session.execute(text("CREATE TABLE IF NOT EXISTS effects (number int)"))
        started = time.perf_counter()
        async with database.transaction() as session:
            await enqueue_many(session, effect, ({"number": each} for each in range(COUNT)))
        enqueued = time.perf_counter() - started
        parts = Parts(Registry([effect]), JobSettings(), database, control, None)
        print(json.dumps([enqueued, COUNT / await done(parts, control)]))


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
