"""Named databases: a life and a pool of their own, and no start without those that are needed."""

from typing import Annotated, Any

import asyncpg
import pytest
from fastapi import APIRouter, WebSocket
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database.guards import WriteRefusedError
from chassis.database.session import Database
from chassis.settings import Settings
from chassis.settings.faults import SettingsError
from chassis.web.named_databases import database_of, reads_of, session_of
from chassis.web.sessions import Session
from tests.chassis import application
from tests.chassis.application import create_app, lifespan
from tests.support.clients import client_of
from tests.support.composition import StartApp
from tests.support.settings import make_settings
from tools.postgres import Server

Analytics = Annotated[AsyncSession, session_of("analytics")]
AnalyticsReads = Annotated[AsyncSession, reads_of("analytics")]
AnalyticsDatabase = Annotated[Database, database_of("analytics")]
NAME = text("SELECT current_database()")

router = APIRouter()


@router.get("/names")
async def names(
    session: Session, analytics: Analytics, reads: AnalyticsReads, database: AnalyticsDatabase
) -> list[Any]:
    async with database.reading() as own:
        return [await it.scalar(NAME) for it in (session, analytics, reads, own)]


@router.post("/facts")
async def add_fact(analytics: Analytics, fail: bool = False) -> None:
    await analytics.execute(text("INSERT INTO facts VALUES (1)"))
    if fail:
        raise RuntimeError


@pytest.fixture
async def analytics(own_server: Server) -> str:
    own_server.create_database("analytics")
    url = own_server.url("analytics")
    connection = await asyncpg.connect(url)
    await connection.execute("DROP TABLE IF EXISTS facts; CREATE TABLE facts (id int)")
    await connection.close()
    return url


@pytest.fixture
def settings(database_url: str, analytics: str) -> Settings:
    return settings_with(database_url, analytics=analytics)


def settings_with(url: str, **extra: str) -> Settings:
    return make_settings(database={"url": url, "extra": extra, "pool_size": 4})


@pytest.fixture
def _routed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "ROUTERS", [router])


@pytest.mark.usefixtures("_routed")
async def test_a_request_works_with_several_databases(
    start_app: StartApp, settings: Settings
) -> None:
    own = settings.database.address.database

    async with client_of(await start_app(settings)) as client:
        answer = await client.get("/names")

    assert answer.json() == [own, "analytics", "analytics", "analytics"]


@pytest.mark.usefixtures("_routed")
async def test_its_transaction_is_committed_or_rolled_back_as_the_services_own(
    start_app: StartApp, settings: Settings, analytics: str
) -> None:
    async with client_of(await start_app(settings)) as client:
        assert (await client.post("/facts")).status_code == 200
        assert (await client.post("/facts?fail=true")).status_code == 500

    connection = await asyncpg.connect(analytics)
    assert await connection.fetchval("SELECT count(*) FROM facts") == 1
    await connection.close()


async def test_its_reads_refuse_writes(start_app: StartApp, settings: Settings) -> None:
    app = await start_app(settings)

    async with app.state.named["analytics"].database.reading() as session:
        with pytest.raises(WriteRefusedError):
            await session.execute(text("DELETE FROM facts"))


@pytest.mark.usefixtures("_routed")
def test_a_service_without_a_database_that_a_route_needs_is_not_made(database_url: str) -> None:
    with pytest.raises(SettingsError) as refused:
        create_app(settings_with(database_url))

    (fault,) = refused.value.faults
    assert fault.startswith("DATABASE_EXTRA names no 'analytics', which /")
    assert fault.endswith('{"analytics": "postgresql://user:password@host:5432/database"}')


def test_a_websocket_needs_what_it_asks_for_too(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sockets = APIRouter(prefix="/feeds")

    @sockets.websocket("/facts")
    async def facts(socket: WebSocket, reads: AnalyticsReads) -> None: ...

    monkeypatch.setattr(application, "ROUTERS", [sockets])

    with pytest.raises(SettingsError, match="names no 'analytics', which /feeds/facts needs"):
        create_app(settings_with(database_url))


async def test_each_has_the_pool_of_the_settings(start_app: StartApp, settings: Settings) -> None:
    app = await start_app(settings)

    async with client_of(app) as client:
        shown = (await client.get("/health")).json()["dependencies"]

    assert list(shown) == ["database", "analytics"]
    assert (shown["analytics"]["status"], shown["analytics"]["pool_size"]) == ("ok", 4)


async def test_one_that_is_away_is_shown_and_does_not_keep_the_service_from_work(
    start_app: StartApp, database_url: str
) -> None:
    app = await start_app(settings_with(database_url, away="postgresql://a@127.0.0.1:1/b"))

    async with client_of(app) as client:
        answer = await client.get("/health")
        assert answer.status_code == 200
        assert answer.json()["dependencies"]["away"]["status"] == "unavailable"
        assert (await client.get("/health/ready")).status_code == 200


async def test_stopping_lets_go_of_all_also_when_the_start_fails(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(settings)
    async with lifespan(app):
        pools = [app.state.named["analytics"].database.engine.pool]
        await app.state.named["analytics"].probe.check()
    assert app.state.named["analytics"].database.engine.pool not in pools
    assert app.state.named["analytics"].probe._line._connection is None

    monkeypatch.setattr(application, "Probe", None)  # what is made after them fails
    with pytest.raises(TypeError):
        async with lifespan(app):
            pytest.fail("it did start")
    named = app.state.named["analytics"].database.engine
    assert named.pool.status().startswith("Pool size: 4  Connections in pool: 0")
