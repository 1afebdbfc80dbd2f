"""For tests of features: what was enqueued is done when the test says so."""

from collections.abc import Awaitable, Callable

import pytest
from fastapi import FastAPI

from chassis.database.session import Database
from chassis.jobs.events.publisher import Event
from chassis.jobs.registry import Registry
from chassis.jobs.settings import JobSettings
from chassis.jobs.worker.composition import Parts

DoJobs = Callable[[], Awaitable[list[str]]]


class Published:
    """A broker that keeps what it is given."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    async def publish(self, event: Event) -> None:
        self.events.append(event)


@pytest.fixture
def published() -> list[Event]:
    """The events that `do_jobs` has published."""
    return []


@pytest.fixture
def do_jobs(app: FastAPI, database: Database, published: list[Event]) -> DoJobs:
    """Do all jobs that are due, and what these enqueue; returns their names.

    Raises what a job raises.
    """
    from app.jobs import JOBS  # noqa: PLC0415  the chassis's tests have to pass without it

    broker = Published()
    broker.events = published
    parts = Parts(Registry(JOBS), JobSettings(), database, database, broker, state=app.state)

    async def do() -> list[str]:
        done = await parts.once()
        for ended in done:
            if ended.error is not None:
                raise ended.error
        return [ended.name for ended in done]

    return do
