"""The chassis under test: an application of its own, on the tables of its own."""

import pytest

from chassis.database.idempotency import IdempotencyKey
from chassis.database.model import Base
from chassis.settings import Settings
from tests.chassis.application import create_app
from tests.support.composition import Composition
from tests.support.tables import database_with
from tools.postgres import Server

TABLES = [Base.metadata.tables[IdempotencyKey.__tablename__]]


@pytest.fixture(scope="session")
def composition() -> Composition:
    return Composition(create_app, Settings)


@pytest.fixture(scope="session")
def database_url(server: Server) -> str:
    """A database of this worker's own, with the tables that the chassis has."""
    return database_with(server, "chassis", TABLES)
