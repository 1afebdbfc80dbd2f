"""The composition: nothing happens before it is asked for, and nothing is left afterwards."""

import asyncio
import gc
import json
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import event, text
from starlette.datastructures import State

from app.main import create_app, lifespan
from app.settings import Settings
from chassis.web.telemetry import Telemetry
from tests.composition import make_settings
from tests.support.clients import client_of
from tests.support.serving import start

IMPORT = """
import json, logging, sys
events = []
sys.addaudithook(lambda name, arguments: events.append((name, str(arguments[:1]))))
import app.main
import structlog
print(json.dumps({
    "network": [e for e in events if e[0] in ("socket.connect", "socket.bind")],
    "programs": [e for e in events if e[0] in ("subprocess.Popen", "os.system", "os.exec")],
    "files": [e for e in events if e[0] == "open" and not e[1].endswith((".py',)", ".pyc',)"))],
    "handlers": [str(handler) for handler in logging.getLogger().handlers],
    "structlog": structlog.is_configured(),
}))
"""


@pytest.fixture
def settings(database_url: str) -> Settings:
    """With a name of its own, by which its connections are found."""
    return make_settings(database={"url": database_url}, service={"name": uuid4().hex})


def test_importing_does_nothing() -> None:
    env = {"SERVER_PORT": "no number", "ENVIRONMENT": "nowhere"}
    with start("-c", IMPORT, env=env) as process:
        output, _ = process.communicate()

    assert process.returncode == 0, output
    done = json.loads(output)
    ours = ("pyproject.toml", ".env", "secrets", "alembic.ini")
    assert not [file for file in done.pop("files") if any(name in str(file) for name in ours)]
    assert done == {"network": [], "programs": [], "handlers": [], "structlog": False}


async def test_while_it_runs_no_collection_walks_through_what_it_started_with(
    settings: Settings,
) -> None:
    app = create_app(settings)
    gc.unfreeze()  # Python 3.12 starts with some

    async with lifespan(app):
        looked_at = {id(it) for it in gc.get_objects()}
        assert id(app.state.database.__dict__) not in looked_at
        assert gc.get_freeze_count() > len(looked_at)

    assert gc.get_freeze_count() == 0


async def connections(sql: Any, settings: Settings) -> int:
    query = """SELECT count(*) FROM pg_stat_activity
               WHERE datname = current_database() AND application_name LIKE $1 || '%'"""
    return int(await sql.fetchval(query, settings.service.name))


async def test_starting_asks_the_database_nothing(settings: Settings, sql: Any) -> None:
    app = create_app(settings)
    async with lifespan(app):
        assert await connections(sql, settings) == 0


async def test_stopping_closes_every_connection(settings: Settings, sql: Any) -> None:
    app = create_app(settings)
    async with lifespan(app), client_of(app) as client:
        assert (await client.get("/health/ready")).status_code == 200
        async with app.state.database.transaction() as session:
            await session.execute(text("SELECT 1"))
        assert await connections(sql, settings) == 2

    async with asyncio.timeout(90):  # PostgreSQL notices a moment later
        while await connections(sql, settings):  # noqa: ASYNC110  another process closes them
            await asyncio.sleep(0.02)


async def test_what_was_started_last_is_stopped_first(settings: Settings) -> None:
    app = create_app(settings)
    states = []
    async with lifespan(app):
        probe, engine = app.state.probe, app.state.database.engine
        assert await probe.check()
        event.listen(
            engine.sync_engine, "engine_disposed", lambda _: states.append(probe._line._connection)
        )

    assert states == [None]


async def test_a_start_that_fails_halfway_lets_go_of_what_it_had(settings: Settings) -> None:
    pools = []

    class FailingState(State):
        """Fails at the last thing that starting sets."""

        def __setattr__(self, name: str, value: Any) -> None:
            if name == "database":
                pools.append(value.engine.pool)
            if name == "started":
                raise RuntimeError(name)
            super().__setattr__(name, value)

    app = FastAPI()
    app.state = FailingState(
        {
            "settings": settings,
            "telemetry": Telemetry(settings.metrics, settings.tracing, settings.identity),
        }
    )
    with pytest.raises(RuntimeError, match="started"):
        async with lifespan(app):
            pytest.fail("it did start")

    assert len(pools) == 1
    assert app.state.database.engine.pool not in pools  # dispose puts a new one in its place


async def test_it_keeps_its_documentation_to_itself_when_it_shall(database_url: str) -> None:
    app = create_app(make_settings(server={"docs": False}, database={"url": database_url}))
    async with lifespan(app), client_of(app) as client:
        assert (await client.get("/docs")).status_code == 404
        assert (await client.get("/openapi.json")).status_code == 404


async def test_two_applications_share_nothing(settings: Settings) -> None:
    one, other = create_app(settings), create_app(settings)

    async with lifespan(one), lifespan(other):
        assert one.state.database.engine is not other.state.database.engine
        assert one.state.probe is not other.state.probe
