"""Jobs that tests do, and what these leave behind."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import text

from chassis.jobs.definition import Job
from chassis.jobs.enqueueing import enqueue, enqueue_many
from chassis.jobs.run import Run
from chassis.jobs.worker.worker import Worker
from chassis.web.serving.drain import Drain

EFFECT = text("INSERT INTO effects VALUES (:number)")


async def leave_effect(run: Run, number: int) -> None:
    async with run.transaction() as session:
        await session.execute(EFFECT, {"number": number})


async def put(database: Any, job: Any, **arguments: Any) -> Any:
    """Enqueue one job; returns its id."""
    async with database.transaction() as session:
        return await enqueue(session, job, **arguments)


async def put_many(database: Any, job: Any, count: int) -> None:
    """Numbered from 0 on."""
    async with database.transaction() as session:
        await enqueue_many(session, job, ({"number": number} for number in range(count)))


async def effects(sql: Any) -> list[int]:
    return [row["number"] for row in await sql.fetch("SELECT number FROM effects ORDER BY 1")]


@asynccontextmanager
async def working(worker: Worker) -> AsyncIterator[Drain]:
    """A worker that runs until the end of the block, and then lets its jobs finish."""
    drain = Drain()
    tasks = [asyncio.create_task(worker.run(drain)), asyncio.create_task(worker.leases.keep())]
    try:
        yield drain
    finally:
        drain.begin()
        await tasks[0]
        await worker.finish(0)
        tasks[1].cancel()
        await asyncio.wait(tasks)


__all__ = ["Job", "effects", "leave_effect", "put", "put_many", "working"]
