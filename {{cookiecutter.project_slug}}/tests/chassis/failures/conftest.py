"""A server of PostgreSQL that a test may stop, and the service on it in a process of its own."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any

import asyncpg
import pytest

from tests.chassis.failures.served import FACTORY, SETUP
from tests.support.serving import Served, serving
from tools.postgres import Server, running

Serve = Callable[..., AbstractContextManager[Served]]


@pytest.fixture(scope="session")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """No other worker uses it. What it has committed outlives a crash of it."""
    with running(tmp_path_factory.mktemp("postgres"), throwaway=True) as server:
        server.create_database("own")
        yield server


@pytest.fixture(autouse=True)
async def admin(own_server: Server) -> AsyncIterator[Any]:
    """A connection of its own; the counters are at 0."""
    connection = await asyncpg.connect(own_server.url("own"))
    await connection.execute("ALTER SYSTEM SET synchronous_commit = on")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.execute(SETUP)
    yield connection
    await connection.close()


@pytest.fixture(scope="session")
def serve(own_server: Server) -> Serve:
    """Serves the counters; keywords are settings of the database's group."""

    def start(
        *, workers: int = 1, env: Mapping[str, str] | None = None, **settings: object
    ) -> AbstractContextManager[Served]:
        given = {"url": own_server.url("own"), "pool_size": 4, "connect_timeout": 20} | settings
        values = {f"DATABASE_{name.upper()}": str(value) for name, value in given.items()}
        return serving(
            FACTORY, env={"LOG_FORMAT": "json", **values, **(env or {})}, workers=workers
        )

    return start
