"""How a worker ends: what it does is finished or put back, and nothing is begun."""

import asyncio
from typing import Any

from chassis.database.session import Database
from chassis.jobs import Run, job
from chassis.jobs.worker.worker import Worker
from chassis.web.serving.drain import Drain
from tests.chassis.jobs.conftest import MakeWorker
from tests.chassis.jobs.doing import effects, leave_effect, put, working
from tests.support.eventually import eventually

effect = job(name="effect")(leave_effect)


async def test_a_drain_claims_nothing_more(
    database: Database, make_worker: MakeWorker, sql: Any
) -> None:
    worker: Worker = make_worker(effect)
    async with working(worker) as drain:
        await put(database, effect, number=1)
        await eventually(lambda: effects(sql), lambda found: found == [1])
        drain.begin()
        await put(database, effect, number=2)

    assert await effects(sql) == [1]
    assert await sql.fetchval("SELECT attempts FROM jobs") == 0


async def test_a_claim_that_a_drain_overtakes_is_put_back(
    database: Database, make_worker: MakeWorker, sql: Any
) -> None:
    drain = Drain()
    drain.begin()
    await put(database, effect, number=1)

    await make_worker(effect)._fill(drain)

    row = await sql.fetchrow("SELECT *, due <= now() AS is_due FROM jobs")
    assert (row["attempts"], row["uncounted"], row["is_due"]) == (1, 1, True)


async def test_what_takes_too_long_at_the_end_is_put_back_and_does_not_count(
    database: Database, make_worker: MakeWorker, sql: Any
) -> None:
    begun = asyncio.Event()

    @job(max_attempts=1)
    async def hang(run: Run) -> None:
        begun.set()
        await asyncio.Event().wait()

    await put(database, hang)
    async with working(make_worker(hang)):
        await begun.wait()

    row = await sql.fetchrow("SELECT *, due <= now() AS is_due FROM jobs")
    assert (row["attempts"], row["uncounted"], row["is_due"]) == (1, 1, True)
    again = job(name="hang")(leave_effect)
    await sql.execute("""UPDATE jobs SET arguments = '{"number": 1}'""")
    assert [it.outcome for it in await make_worker(again).once()] == ["done"]
