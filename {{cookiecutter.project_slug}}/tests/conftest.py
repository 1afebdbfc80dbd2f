"""What every test may use: a real PostgreSQL, the application on it, and clients to call it with.

Each worker has a database of its own. Tests commit for real, as production does, and every table
is emptied after a test that used the database: see docs/decisions/0008-tests-commit.md.
"""

import asyncio
import os
import signal
import ssl
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from alembic import command
from alembic.config import Config
from fastapi import FastAPI
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from app.database.session import Database
from app.main import create_app
from app.models import Base
from app.settings import Settings
from tools.postgres import Server, running

PROJECT = Path(__file__).parent.parent

Client = httpx.AsyncClient
StartApp = Callable[..., Any]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", type=float, default=3, metavar="SECONDS", help="length of a soak")


def pytest_configure() -> None:
    """What a shell starts in the background ignores Ctrl-C, and so would all that tests start.

    Hypothesis keeps what it knows of Unicode where it leaves nothing behind.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", f"{tempfile.gettempdir()}/hypothesis")


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


@pytest.fixture(scope="session")
def database_url(server: Server) -> str:
    """An empty database with every migration applied."""
    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    server.create_database(name)
    config = Config(PROJECT / "alembic.ini")
    config.attributes["settings"] = make_settings(database={"url": server.url(name)})
    command.upgrade(config, "head")
    return server.url(name)


def make_settings(**groups: Any) -> Settings:
    """Settings from these values alone, whatever the environment and `.env` say.

    Without warm-up, which would open connections that a test does not expect, and patient: a busy
    machine is no exhausted pool, and no database that is away.
    """
    if isinstance(database := groups.get("database"), dict):
        patient = {"pool_timeout": 60, "connect_timeout": 60}
        groups["database"] = {"warm_up": 0, **patient, **database}
    return IsolatedSettings(**{"environment": "test", **groups})


class IsolatedSettings(Settings):
    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  signature of pydantic-settings
        init_settings: PydanticBaseSettingsSource,
        *_: PydanticBaseSettingsSource,
        **__: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


@pytest.fixture
def settings(database_url: str) -> Settings:
    return make_settings(database={"url": database_url, "pool_size": 5, "max_overflow": 0})


@pytest.fixture
async def start_app(clean_database: None) -> AsyncIterator[StartApp]:
    """Starts an application for the rest of the test."""
    async with AsyncExitStack() as stack:

        async def start(settings: Settings) -> FastAPI:
            app = create_app(settings)
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


def client_of(app: FastAPI) -> Client:
    return Client(transport=httpx.ASGITransport(app), base_url="http://test")


@pytest.fixture(autouse=True)
def _patient_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no dead database."""
    monkeypatch.setattr("app.database.line.TIMEOUT", 60.0)


async def until_ready(client: Client) -> None:
    async with asyncio.timeout(90):
        while (await client.get("/health/ready")).status_code != 200:  # noqa: ASYNC110  as a probe
            await asyncio.sleep(0.02)


@pytest.fixture
async def database(app: FastAPI) -> Database:
    found: Database = app.state.database
    return found


@pytest.fixture
async def clean_database(database_url: str) -> AsyncIterator[None]:
    yield
    tables = ", ".join(table.name for table in Base.metadata.sorted_tables)
    connection = await asyncpg.connect(database_url)
    try:
        if tables:
            await connection.execute(f"TRUNCATE {tables}")
    finally:
        await connection.close()


@pytest.fixture
async def sql(clean_database: None, database_url: str) -> AsyncIterator[Any]:
    """A connection of its own, to arrange what the application will meet."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()
