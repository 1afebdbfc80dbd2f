"""`python -m app` of a service with jobs of the tests: see `processes.py`."""

import asyncio
import os
import signal
import time

import structlog

from chassis.cli.service import Service
from chassis.jobs import Job, Run, enqueue, job
from chassis.jobs.commands import commands_of
from chassis.jobs.events.settings import EventSettings
from chassis.jobs.settings import JobSettings
from chassis.settings import Settings
from tests.chassis.jobs.doing import leave_effect


class WorkerSettings(Settings):
    jobs: JobSettings = JobSettings()
    events: EventSettings = EventSettings()


effect = job(name="effect", max_attempts=1_000)(leave_effect)


@job()
async def say(run: Run) -> None:
    structlog.get_logger().info("said")


@job(max_attempts=3)
async def die(run: Run) -> None:
    """As the kernel ends a process that takes too much memory."""
    os.kill(os.getpid(), signal.SIGKILL)


@job(max_attempts=1_000)
async def slow(run: Run, number: int, seconds: float) -> None:
    structlog.get_logger().info("slow begun", number=number)
    await asyncio.sleep(seconds)
    await leave_effect(run, number)


@job()
async def block(run: Run, number: int, seconds: float) -> None:
    """Never lets the loop go on, so no lease is extended."""
    if run.attempt == 1:
        time.sleep(seconds)  # noqa: ASYNC251  that is the fault
    await leave_effect(run, number)


@job()
async def chain(run: Run, number: int) -> None:
    async with run.transaction() as session:
        if number:
            await enqueue(session, chain, number=number - 1)


JOBS: list[Job[...]] = [effect, say, die, slow, block, chain]
SERVICE = Service("none:none", WorkerSettings, commands=commands_of(JOBS))
