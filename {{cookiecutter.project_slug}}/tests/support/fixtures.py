"""What every test may use: a real PostgreSQL, an application on it, and clients to call it with.

Each worker has a database of its own. Tests commit for real, as production does, and every table
is emptied after a test that used the database: see docs/decisions/0008-tests-commit.md.
"""

import json
import os
import signal
import ssl
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack
from io import StringIO
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import structlog
from fastapi import FastAPI

from chassis.database.session import Database
from chassis.observability.logging import configure_logging
from chassis.settings import Settings
from chassis.settings.groups import LogSettings
from tests.support.clients import Client, client_of
from tests.support.composition import Composition, Line, ReadLog, StartApp
from tests.support.settings import settings_of
from tests.support.upstreams import LocalUpstream, local_upstream
from tools.postgres import Server, running

TABLES = """SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') FROM pg_tables
            WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
              AND tablename <> 'alembic_version'"""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", type=float, default=3, metavar="SECONDS", help="length of a soak")


def pytest_configure() -> None:
    """What a shell starts in the background ignores Ctrl-C, and so would all that tests start.

    Hypothesis keeps what it knows of Unicode where it leaves nothing behind.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", f"{tempfile.gettempdir()}/hypothesis")


def pytest_runtest_teardown() -> None:
    """What still runs writes to standard output as it is then: `capsys` closes what it gave."""
    if structlog.is_configured():
        structlog.configure(logger_factory=structlog.PrintLoggerFactory())


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def _one_tls_context() -> Iterator[None]:
    """No test speaks TLS; reading the certificates of the world again for each client costs."""
    context = ssl.create_default_context()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("httpx._transports.default.create_ssl_context", lambda **_: context)
        yield


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A throw-away server, shared by the workers of one run."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    with running(Path(tempfile.gettempdir()) / f"postgres-{run}", throwaway=True) as server:
        yield server


@pytest.fixture
def upstreams(composition: Composition) -> Iterator[dict[str, LocalUpstream]]:
    """The services that the application calls, by name: local ones, which answer as a test says."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(local_upstream()) for name in composition.upstreams}


@pytest.fixture
def settings(
    composition: Composition, database_url: str, upstreams: dict[str, LocalUpstream]
) -> Settings:
    database = {"url": database_url, "pool_size": 5, "max_overflow": 0}
    called = {"upstreams": {name: it.url for name, it in upstreams.items()}}
    return settings_of(composition.settings, {"database": database, "outbound": called})


@pytest.fixture
async def start_app(composition: Composition, clean_database: None) -> AsyncIterator[StartApp]:
    """Starts an application for the rest of the test."""
    async with AsyncExitStack() as stack:

        async def start(settings: Settings) -> FastAPI:
            app = composition.create_app(settings)
            await stack.enter_async_context(app.router.lifespan_context(app))
            return app

        yield start


@pytest.fixture
async def app(start_app: StartApp, settings: Settings) -> FastAPI:
    started: FastAPI = await start_app(settings)
    return started


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[Client]:
    async with client_of(app) as client:
        yield client


@pytest.fixture(autouse=True)
def _patient_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no dead database."""
    monkeypatch.setattr("chassis.database.connections.line.TIMEOUT", 60.0)


@pytest.fixture
async def database(app: FastAPI) -> Database:
    found: Database = app.state.database
    return found


@pytest.fixture
async def clean_database(database_url: str) -> AsyncIterator[None]:
    yield
    connection = await asyncpg.connect(database_url)
    try:
        if tables := await connection.fetchval(TABLES):
            await connection.execute(f"TRUNCATE {tables}")
    finally:
        await connection.close()


@pytest.fixture
async def sql(clean_database: None, database_url: str) -> AsyncIterator[Any]:
    """A connection of its own, to arrange what the application will meet."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture
def read_log(app: FastAPI) -> Iterator[ReadLog]:
    """The lines of one event written since the application was made: `read_log("request")`.

    A test that fails shows all of them, as one that leaves the log alone does.
    """
    settings: Settings = app.state.settings
    stream = StringIO()
    configure_logging(LogSettings(format="json"), settings.identity, stream)

    def read(event: str) -> list[Line]:
        lines: list[Line] = [json.loads(line) for line in stream.getvalue().splitlines()]
        return [line for line in lines if line["event"] == event]

    yield read
    print(stream.getvalue(), end="")  # noqa: T201  pytest keeps it, for a test that fails
