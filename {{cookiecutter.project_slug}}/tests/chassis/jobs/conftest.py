"""Jobs under test: their tables, and a table that they have effects in."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from chassis.database.connections.engine import create_engine
from chassis.database.model import Base
from chassis.database.session import Database
from chassis.jobs.definition import Job
from chassis.jobs.observer import Observer, Unobserved
from chassis.jobs.queue import Queue
from chassis.jobs.registry import Registry
from chassis.jobs.settings import JobSettings
from chassis.jobs.tables import NextTick, OutgoingEvent, QueuedJob
from chassis.jobs.worker.performing import Performer
from chassis.jobs.worker.worker import Worker
from chassis.settings import Settings
from tests.chassis.application import create_app
from tests.support.composition import Composition
from tests.support.settings import settings_of
from tests.support.tables import database_with
from tools.postgres import Server

MODELS: list[type[Base]] = [QueuedJob, NextTick, OutgoingEvent]
TABLES = [Base.metadata.tables[it.__tablename__] for it in MODELS]
EFFECTS = "CREATE TABLE effects (number int, run uuid DEFAULT gen_random_uuid())"

MakeWorker = Callable[..., Worker]


@pytest.fixture(scope="session")
def composition() -> Composition:
    return Composition(create_app, Settings)


@pytest.fixture(scope="session")
def database_url(server: Server) -> str:
    """A database of this worker's own, with the tables of jobs."""
    return database_with(server, "jobs", TABLES, EFFECTS)


@pytest.fixture
def settings(composition: Composition, database_url: str) -> Settings:
    return settings_of(composition.settings, {"database": {"url": database_url, "pool_size": 20}})


@pytest.fixture
async def database(settings: Settings, clean_database: None) -> AsyncIterator[Database]:
    engine = create_engine(settings.database, "tests of jobs")
    yield Database(engine)
    await engine.dispose()


@pytest.fixture
def jobs_to_lose(request: pytest.FixtureRequest) -> int:
    """10,000 in a long soak: `make soak`, or `--soak 60`."""
    seconds = float(request.config.getoption("soak"))
    return 10_000 if seconds >= 60 else 200


@pytest.fixture
def make_worker(database: Database) -> MakeWorker:
    """A worker in this process, of these jobs."""

    def make(*jobs: Job[...], observer: Observer | None = None, **settings: object) -> Worker:
        given = JobSettings.model_validate({"poll": 0.02, **settings})
        queue = Queue(database, timedelta(seconds=given.lease))
        performer = Performer(queue, database, observer or Unobserved())
        return Worker(Registry(jobs), queue, performer, given)

    return make
