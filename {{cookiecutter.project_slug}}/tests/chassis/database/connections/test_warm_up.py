"""Warm-up: connections are open before the service says that it is ready."""

import asyncio
from typing import Any

import pytest

from chassis.database.connections.warm_up import WarmUp
from chassis.settings import Settings
from tests.support.clients import client_of, until_ready
from tests.support.composition import StartApp
from tests.support.eventually import eventually
from tests.support.settings import make_settings
from tools.postgres import Server

AWAY = "not ready yet, the database is away"


def settings_for(url: str, **values: Any) -> Settings:
    return make_settings(database={"url": url, "pool_size": 5, "warm_up": 3, **values})


def opened(app: Any) -> int:
    return int(app.state.database.engine.pool.checkedin())


async def test_a_service_that_is_ready_has_open_connections(
    start_app: StartApp, database_url: str
) -> None:
    app = await start_app(settings_for(database_url))

    async with client_of(app) as client:
        await until_ready(client)

    assert opened(app) == 3


@pytest.mark.parametrize(("size", "warm_up", "expected"), [(2, 9, 2), (5, 0, 0)])
async def test_never_more_than_the_pool_keeps(
    start_app: StartApp, database_url: str, size: int, warm_up: int, expected: int
) -> None:
    app = await start_app(settings_for(database_url, pool_size=size, warm_up=warm_up))

    async with client_of(app) as client:
        await until_ready(client)

    assert opened(app) == expected


async def test_it_is_not_ready_before(
    start_app: StartApp, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_: WarmUp) -> None:
        await asyncio.sleep(3_600)

    monkeypatch.setattr(WarmUp, "run", never)
    app = await start_app(settings_for(database_url))

    async with client_of(app) as client:
        assert (await client.get("/health/ready")).status_code == 503
        assert (await client.get("/health")).status_code == 200


async def test_a_database_that_is_away_delays_readiness_and_not_the_start(
    start_app: StartApp,
    own_server: Server,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("chassis.database.connections.warm_up.PAUSE", 0.02)
    await asyncio.to_thread(own_server.stop)
    try:
        app = await start_app(settings_for(own_server.url("own")))
        async with client_of(app) as client:
            printed = await eventually(lambda: capsys.readouterr().out, lambda out: AWAY in out)
            await asyncio.sleep(0.3)  # it tries several times more
            assert (await client.get("/health/ready")).status_code == 503
            await asyncio.to_thread(own_server.start)
            await until_ready(client)
    finally:
        await asyncio.to_thread(own_server.start)

    assert opened(app) == 3
    assert (printed + capsys.readouterr().out).count(AWAY) == 1


async def test_it_stops_trying_when_the_service_stops(
    start_app: StartApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fixture ends the application: it would wait for ever, or complain of a lost task."""
    monkeypatch.setattr("chassis.database.connections.warm_up.PAUSE", 3_600)
    app = await start_app(settings_for("postgresql://shop@127.0.0.1:1/shop"))
    await asyncio.sleep(0.2)

    assert not app.state.warm_up.done
