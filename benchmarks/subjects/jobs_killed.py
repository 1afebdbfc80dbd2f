"""Seconds from SIGKILL of a worker to the next start of its job; runs in a service with the part.

Two workers are there all the time, and the one that has begun the job is killed.
"""

import asyncio
import json
import os
import random
import signal
import sys
import time
from asyncio.subprocess import PIPE, STDOUT, Process

import asyncpg
from app.settings import Settings
from chassis.cli import main as command_line
from chassis.cli.service import Service
from chassis.database.connections.engine import create_engine
from chassis.database.session import Database
from chassis.jobs import Run, enqueue, job
from chassis.jobs.commands import commands_of
from sqlalchemy import text

ROUNDS = 7
BEGUN = text("INSERT INTO begun VALUES (:pid)")
WHO = "SELECT pid FROM begun ORDER BY at DESC LIMIT 1"


@job(max_attempts=1_000, timeout=3_600)
async def begin(run: Run) -> None:
    """Never ends."""
    async with run.database.transaction() as session:
        await session.execute(BEGUN, {"pid": os.getpid()})
    await asyncio.Event().wait()


async def main() -> None:
    settings = Settings()
    connection = await asyncpg.connect(os.environ["DATABASE_URL"])
    await connection.execute("TRUNCATE jobs")
    at = "at timestamptz DEFAULT clock_timestamp()"
    await connection.execute(f"CREATE TABLE IF NOT EXISTS begun (pid int, {at})")
    await connection.execute("TRUNCATE begun")
    engine = create_engine(settings.database, "benchmark")
    async with Database(engine).transaction() as session:
        await enqueue(session, begin)
    await engine.dispose()
    workers = [await started(), await started()]
    try:
        found = [await round_of(workers, connection, settings.jobs.lease) for _ in range(ROUNDS)]
    finally:
        for each in workers:
            each.kill()
            await each.wait()
    print(json.dumps(found))


async def round_of(workers: list[Process], connection: asyncpg.Connection, lease: float) -> float:
    victim = await other_than(None, connection)
    await asyncio.sleep(random.uniform(0, lease))  # noqa: S311  anywhere in the time of a lease
    (process,) = [each for each in workers if each.pid == victim]
    workers.remove(process)
    killed = time.perf_counter()
    process.send_signal(signal.SIGKILL)
    await other_than(victim, connection)
    seconds = time.perf_counter() - killed
    await process.wait()
    workers.append(await started())
    return seconds


async def other_than(pid: int | None, connection: asyncpg.Connection) -> int:
    """The process that began the job last, as soon as it is another one."""
    while (found := await connection.fetchval(WHO)) in {None, pid}:  # noqa: ASYNC110  a row tells nobody
        await asyncio.sleep(0.01)
    return int(found)


async def started() -> Process:
    """A worker that looks for jobs: else the start of Python would be measured, too."""
    command = (sys.executable, __file__, "work", "--port", "0")
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=STDOUT)
    assert process.stdout is not None
    while b"running on" not in await process.stdout.readline():
        assert process.returncode is None
    return process


if __name__ == "__main__":
    if sys.argv[1:]:
        command_line(Service("none:none", Settings, commands=commands_of([begin])))
    else:
        asyncio.run(main())
