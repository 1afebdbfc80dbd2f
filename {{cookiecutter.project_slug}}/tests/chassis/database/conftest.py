"""Tables of a test's own, and a server that a test may stop."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from chassis.database.session import Database
from tests.chassis.database.things import ThingRepository, create_things
from tools.postgres import Server, running


@pytest.fixture
async def scratch(sql: Any) -> AsyncIterator[Any]:
    """The connection `sql`, and a schema `scratch` for tables of the test's own.

    Name it before `app`: it is dropped when the application has let go of its tables.
    """
    await sql.execute("DROP SCHEMA IF EXISTS scratch CASCADE; CREATE SCHEMA scratch")
    yield sql
    await sql.execute("SET lock_timeout = '5s'; DROP SCHEMA scratch CASCADE")


@pytest.fixture(scope="session")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that no other worker uses: a test may stop it and change its roles."""
    with running(tmp_path_factory.mktemp("postgres"), throwaway=True) as server:
        server.create_database("own")
        yield server


@pytest.fixture
async def things(scratch: Any, database: Database) -> AsyncIterator[ThingRepository]:
    """A repository in a transaction that is committed after the test."""
    await create_things(database)
    async with database.transaction() as session:
        yield ThingRepository(session)
