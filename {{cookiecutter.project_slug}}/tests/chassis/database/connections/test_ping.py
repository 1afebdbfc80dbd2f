"""A connection that sat idle may have been lost in silence: a ping finds out."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from chassis.database.session import Database
from tests.chassis.database.asking import ask_reading
from tests.chassis.database.connections.test_pool import read
from tests.chassis.database.wire import Wire, wire_to
from tests.support.composition import StartApp
from tests.support.settings import make_settings


@pytest.fixture
async def wire(database_url: str) -> AsyncIterator[Wire]:
    server = urlsplit(database_url)
    async with wire_to(str(server.hostname), server.port or 5432) as wire:
        yield wire


def through(wire: Wire, database_url: str) -> str:
    server = urlsplit(database_url)
    return database_url.replace(f":{server.port}/", f":{wire.port}/")


@pytest.mark.parametrize(
    ("after", "idle", "round_trips"), [(None, 0, 1), (60, 0, 1), (0, 0, 2), (0.05, 0.1, 2)]
)
async def test_a_ping_costs_a_round_trip_and_is_sent_only_when_it_is_due(
    start_app: StartApp,
    wire: Wire,
    database_url: str,
    after: float | None,
    idle: float,
    round_trips: int,
) -> None:
    pool = {"url": through(wire, database_url), "ping_after_idle": after, "pool_size": 1}
    app = await start_app(make_settings(database=pool))
    assert (await ask_reading(app, read)).status_code == 200

    await asyncio.sleep(idle)
    before = wire.round_trips
    assert (await ask_reading(app, read)).status_code == 200

    assert wire.round_trips - before == round_trips


async def test_connections_lost_in_silence_are_replaced(
    start_app: StartApp, wire: Wire, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.database.guards.PING_TIMEOUT", 0.2)
    pool = {"url": through(wire, database_url), "ping_after_idle": 0, "pool_size": 1}
    app = await start_app(make_settings(database=pool))
    database: Database = app.state.database
    assert (await ask_reading(app, read)).status_code == 200

    wire.lose_in_silence()

    assert (await ask_reading(app, read)).status_code == 200
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # of a queue pool
