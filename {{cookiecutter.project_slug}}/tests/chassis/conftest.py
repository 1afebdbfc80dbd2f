"""The chassis under test: an application of its own, on the tables of its own."""

import asyncio

import pytest

from chassis.database.connections.engine import create_engine
from chassis.database.idempotency import IdempotencyKey
from chassis.database.model import Base
from chassis.settings import Settings
from chassis.settings.groups import DatabaseSettings
from tests.chassis.application import create_app
from tests.support.composition import Composition, own_database
from tests.support.settings import make_settings
from tools.postgres import Server

TABLES = [Base.metadata.tables[IdempotencyKey.__tablename__]]


@pytest.fixture(scope="session")
def composition() -> Composition:
    return Composition(create_app, Settings, [it.name for it in TABLES])


@pytest.fixture(scope="session")
def database_url(server: Server) -> str:
    """A database of this worker's own, with the tables that the chassis has."""
    url = own_database(server, "chassis")
    asyncio.run(create_tables(make_settings(database={"url": url}).database))
    return url


async def create_tables(settings: DatabaseSettings) -> None:
    engine = create_engine(settings, "tests")
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all, tables=TABLES)
    await engine.dispose()
