"""What a worker does with a job, whatever the job does."""

import asyncio
from typing import Any
from uuid import UUID

from chassis.database.session import Database
from chassis.jobs import GiveUp, Run, enqueue, job
from tests.chassis.jobs.conftest import MakeWorker
from tests.chassis.jobs.doing import effects, leave_effect, put, working
from tests.support.eventually import eventually

COUNT = "SELECT count(*) FROM jobs"
ROW = "SELECT * FROM jobs"

effect = job(name="effect")(leave_effect)


async def test_a_job_ends_in_the_transaction_of_its_effects(
    database: Database, make_worker: MakeWorker, sql: Any
) -> None:
    await put(database, effect, number=7)

    (ended,) = await make_worker(effect).once()

    assert (ended.outcome, ended.error) == ("done", None)
    assert await effects(sql) == [7]
    assert await sql.fetchval(COUNT) == 0


async def test_a_job_without_a_transaction_ends_after_it(
    database: Database, make_worker: MakeWorker, sql: Any
) -> None:
    seen: list[UUID] = []

    @job()
    async def look(run: Run) -> None:
        seen.append(run.id)
        assert run.enqueued_at == await sql.fetchval("SELECT created_at FROM jobs")
        assert await sql.fetchval(COUNT) == 1

    queued = await put(database, look)

    assert [it.outcome for it in await make_worker(look).once()] == ["done"]
    assert seen == [queued]
    assert await sql.fetchval(COUNT) == 0


async def test_what_a_job_enqueues_is_done_too(
    database: Database, make_worker: MakeWorker, sql: Any
) -> None:
    @job()
    async def first(run: Run) -> None:
        async with run.transaction() as session:
            await enqueue(session, effect, number=run.attempt)

    await put(database, first)

    assert [it.name for it in await make_worker(first, effect).once()] == ["first", "effect"]
    assert await effects(sql) == [1]


async def test_a_job_that_fails_is_tried_again_after_a_pause(
    database: Database, make_worker: MakeWorker, sql: Any
) -> None:
    @job(first_pause=100)
    async def fail(run: Run) -> None:
        async with run.transaction() as session:
            await enqueue(session, effect, number=1)
            message = "password=hunter2 is wrong"
            raise ValueError(message)

    await put(database, fail)

    assert [it.outcome for it in await make_worker(fail, effect).once()] == ["again"]
    row = await sql.fetchrow("SELECT *, due - now() AS pause FROM jobs")
    assert 20 < row["pause"].total_seconds() < 76
    assert (row["attempts"], row["failed_at"]) == (1, None)
    assert row["error"].startswith("ValueError: password=")
    assert "hunter2" not in row["error"]


async def test_after_the_last_attempt_it_is_kept_as_failed(
    database: Database, make_worker: MakeWorker, sql: Any
) -> None:
    @job(max_attempts=3, first_pause=0)
    async def fail(run: Run) -> None:
        message = f"attempt {run.attempt}"
        raise ValueError(message)

    await put(database, fail)

    assert [it.outcome for it in await make_worker(fail).once()] == ["again", "again", "failed"]
    row = await sql.fetchrow(ROW)
    assert row["failed_at"] is not None
    assert row["error"] == "ValueError: attempt 3"


async def test_a_job_may_give_up_at_once(
    database: Database, make_worker: MakeWorker, sql: Any
) -> None:
    @job()
    async def fail(run: Run) -> None:
        message = "there is no such customer"
        raise GiveUp(message)

    await put(database, fail)

    assert [it.outcome for it in await make_worker(fail).once()] == ["failed"]
    assert await sql.fetchval("SELECT error FROM jobs") == "GiveUp: there is no such customer"


async def test_an_attempt_has_its_time(
    database: Database, make_worker: MakeWorker, sql: Any
) -> None:
    @job(timeout=0.05, max_attempts=1)
    async def hang(run: Run) -> None:
        async with run.transaction():
            await asyncio.Event().wait()

    await put(database, hang)

    assert [it.outcome for it in await make_worker(hang).once()] == ["failed"]
    assert await sql.fetchval("SELECT error FROM jobs") == "TimeoutError: "


async def test_a_job_that_fails_after_its_end_is_done(
    database: Database, make_worker: MakeWorker, sql: Any
) -> None:
    @job()
    async def late(run: Run) -> None:
        await leave_effect(run, 1)
        async with run.transaction():
            pass

    await put(database, late)

    (ended,) = await make_worker(late).once()
    assert (ended.outcome, type(ended.error)) == ("done", RuntimeError)
    assert await effects(sql) == [1]
    assert await sql.fetchval(COUNT) == 0


async def test_a_job_that_is_cut_off_after_its_end_is_done(
    database: Database, make_worker: MakeWorker, sql: Any
) -> None:
    ended = asyncio.Event()

    @job()
    async def linger(run: Run) -> None:
        await leave_effect(run, 1)
        ended.set()
        await asyncio.Event().wait()

    await put(database, linger)
    async with working(make_worker(linger)):
        await ended.wait()

    assert await effects(sql) == [1]
    assert await sql.fetchval(COUNT) == 0


async def test_a_lost_lease_rolls_back(
    database: Database, make_worker: MakeWorker, sql: Any
) -> None:
    """Another worker has begun the job meanwhile."""

    @job()
    async def slow(run: Run, number: int) -> None:
        if run.attempt == 1:
            await sql.execute("UPDATE jobs SET due = now()")
            assert [it.outcome for it in await make_worker(slow).once()] == ["done"]
        await leave_effect(run, number)

    await put(database, slow, number=3)

    assert [it.outcome for it in await make_worker(slow).once()] == ["lost"]
    assert await effects(sql) == [3]


async def test_so_does_one_whose_other_worker_is_still_at_it(
    database: Database, make_worker: MakeWorker, sql: Any
) -> None:
    @job()
    async def slow(run: Run, number: int) -> None:
        await sql.execute("UPDATE jobs SET attempts = attempts + 1")  # as a claim does
        await leave_effect(run, number)

    await put(database, slow, number=3)

    assert [it.outcome for it in await make_worker(slow).once()] == ["lost"]
    assert await effects(sql) == []
    assert await sql.fetchval(COUNT) == 1


async def test_a_job_that_kills_its_workers_ends_as_failed(
    database: Database, make_worker: MakeWorker, sql: Any
) -> None:
    await put(database, effect, number=1)
    await sql.execute("UPDATE jobs SET attempts = 5")

    assert [it.outcome for it in await make_worker(effect).once()] == ["failed"]
    assert await effects(sql) == []
    assert "without a word" in await sql.fetchval("SELECT error FROM jobs")


async def test_the_more_urgent_queue_comes_first(
    database: Database, make_worker: MakeWorker
) -> None:
    urgent, idle = job(name="urgent", queue="urgent")(leave_effect), effect
    for each in (idle, urgent, idle, urgent):
        await put(database, each, number=1)

    worker = make_worker(idle, urgent, queues=["urgent", "default"], concurrency=1)

    assert [it.name for it in await worker.once()] == ["urgent", "urgent", "effect", "effect"]


async def test_jobs_that_only_a_newer_worker_knows_are_left_to_it(
    database: Database, make_worker: MakeWorker, sql: Any
) -> None:
    await put(database, job(name="new")(leave_effect), number=1)

    assert await make_worker(effect).once() == []
    assert await sql.fetchval("SELECT attempts FROM jobs") == 0


async def test_as_many_are_done_at_once_as_the_setting_says(
    database: Database, make_worker: MakeWorker
) -> None:
    at_once, most = 0, 0

    @job()
    async def count(run: Run) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await run.end()
        at_once -= 1

    for _ in range(12):
        await put(database, count)
    worker = make_worker(count, concurrency=3)

    async with working(worker):
        await eventually(lambda: _left(database), lambda left: left == 0)
    assert most == 3


async def _left(database: Database) -> int:
    async with database.driver_connection() as driver:
        return int(await driver.fetchval(COUNT))
