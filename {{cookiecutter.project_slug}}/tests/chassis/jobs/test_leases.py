"""Leases are kept while a job is done, and given up when they may be another worker's."""

import asyncio
from contextlib import nullcontext
from typing import Any

import asyncpg
import pytest
import structlog

from chassis.database.failures import failures_as_problems
from chassis.database.session import Database
from chassis.jobs import Run, job
from chassis.jobs.worker.repeating import repeat
from chassis.web.serving.drain import Drain
from tests.chassis.jobs.conftest import MakeWorker
from tests.chassis.jobs.doing import leave_effect, put, working
from tests.support.eventually import eventually

STARTING = "the database system is starting up"
LEASE = "SELECT due FROM jobs"
effect = job(name="effect")(leave_effect)


@job(max_attempts=1)
async def hang(run: Run) -> None:
    await asyncio.Event().wait()


async def test_a_lease_is_extended_for_as_long_as_the_job_takes(
    database: Database, make_worker: MakeWorker, sql: Any
) -> None:
    await put(database, hang)
    worker = make_worker(hang, lease=1)
    async with working(worker):
        first = await eventually(lambda: sql.fetchval("SELECT due FROM jobs WHERE attempts = 1"))
        await eventually(lambda: sql.fetchval(LEASE), lambda due: due > first)
        assert await make_worker(hang).once() == []


async def test_a_lease_that_cannot_be_extended_is_given_up_in_time(
    database: Database, make_worker: MakeWorker, monkeypatch: pytest.MonkeyPatch, sql: Any
) -> None:
    await put(database, hang)
    worker = make_worker(hang, lease=1)

    async def away(*_: object) -> None:
        raise asyncpg.CannotConnectNowError

    async with working(worker) as drain:
        await eventually(lambda: bool(worker.leases.held))
        drain.begin()  # else it would begin the job again
        monkeypatch.setattr(worker.leases._queue, "extend", away)
        await eventually(lambda: not worker.leases.held)

    assert await sql.fetchval("SELECT uncounted FROM jobs") == 1


async def test_a_job_that_is_just_being_ended_does_not_hold_up_the_leases_of_others(
    database: Database, make_worker: MakeWorker
) -> None:
    ending, may_commit = asyncio.Event(), asyncio.Event()

    @job()
    async def end(run: Run) -> None:
        async with run.transaction() as session:
            await run._end(session)
            ending.set()
            await may_commit.wait()
            raise LookupError

    await put(database, end)
    await put(database, hang)
    worker = make_worker(end, hang)
    async with working(worker):
        await ending.wait()
        await eventually(lambda: len(worker.leases.held) == 2)
        await asyncio.wait_for(worker.leases.beat(), 10)
        may_commit.set()


async def test_what_came_of_a_job_and_cannot_be_stored_is_told(
    database: Database, make_worker: MakeWorker, monkeypatch: pytest.MonkeyPatch, sql: Any
) -> None:
    """Its lease ends, and it is begun again."""

    @job()
    async def fail(run: Run) -> None:
        raise LookupError

    async def away(*_: object, **__: object) -> None:
        raise asyncpg.CannotConnectNowError

    await put(database, fail)
    worker = make_worker(fail)
    monkeypatch.setattr(worker._queue, "again", away)
    with structlog.testing.capture_logs() as log:
        async with working(worker):
            await eventually(lambda: any(it["event"].startswith("what came") for it in log))

    assert await sql.fetchval("SELECT due > now() FROM jobs")


async def test_without_jobs_there_is_nothing_to_extend(
    database: Database, make_worker: MakeWorker
) -> None:
    await make_worker(effect).leases.beat()
    assert await make_worker(effect)._queue.extend([]) == set()


async def test_a_step_that_fails_is_told_once_and_taken_again() -> None:
    drain, steps = Drain(), 0

    async def step() -> bool:
        nonlocal steps
        steps += 1
        if steps in {1, 2, 4}:
            raise LookupError
        if steps == 5:
            drain.begin()
        return steps == 5

    with structlog.testing.capture_logs() as log:
        await repeat("trying", step, 0.001, drain)

    assert [(it["event"], it["step"]) for it in log] == [
        ("the worker is held up", "trying"),
        ("the worker goes on", "trying"),
    ] * 2
    assert all(it["exc_info"] for it in log if it["event"] == "the worker is held up")
    assert steps == 5


@pytest.mark.parametrize("wrapped", [True, False])
async def test_an_outage_is_told_in_one_line(wrapped: bool) -> None:
    drain = Drain()

    async def step() -> bool:
        drain.begin()
        with failures_as_problems() if wrapped else nullcontext():
            raise asyncpg.CannotConnectNowError(STARTING)

    with structlog.testing.capture_logs() as log:
        await repeat("trying", step, 0.001, drain)

    (line,) = log
    assert line["because"] == "CannotConnectNowError 57P03 the database system is starting up"
    assert line["exc_info"] is None
