"""The page on streams: its routes do what it says."""

import asyncpg
import pytest
from fastapi import FastAPI

from chassis.settings import Settings
from tests.chassis.documents.pages import Page
from tests.chassis.web.streams.reading import Event, all_events
from tests.support.clients import Client
from tests.support.composition import StartApp

PAGE = Page("streams.md").load()


@pytest.fixture
async def app(start_app: StartApp, settings: Settings) -> FastAPI:
    started: FastAPI = await start_app(settings)
    started.include_router(PAGE.router)
    return started


@pytest.mark.parametrize(("seen", "first"), [(None, 1), ("2", 3), ("nonsense", 1)])
async def test_a_feed_goes_on_where_a_client_left_off(
    app: FastAPI,
    client: Client,
    sql: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
    seen: str | None,
    first: int,
) -> None:
    async def stop(_: float) -> None:
        app.state.drain.begin()

    monkeypatch.setattr(PAGE.asyncio, "sleep", stop)
    await sql.execute("CREATE TABLE readings (id int PRIMARY KEY, degrees int)")
    try:
        await sql.execute("INSERT INTO readings SELECT n, n * 10 FROM generate_series(1, 3) n")
        headers = {} if seen is None else {"Last-Event-ID": seen}
        events = await all_events(await client.get("/v1/readings/feed", headers=headers))
    finally:
        await sql.execute("DROP TABLE readings")

    *readings, last = events
    assert [event.id for event in readings] == [str(it) for it in range(first, 4)]
    assert {event.name for event in readings} == {"reading"}
    assert (last.name, last.data["type"]) == ("error", "/problems/stopping")


async def test_what_fails_first_has_a_status(client: Client) -> None:
    assert (await client.get("/v1/readings/recipes/soup")).status_code == 404

    events = await all_events(await client.get("/v1/readings/recipes/tea"))
    assert [event.data for event in events] == ["Boil water.", "Pour it.", "Wait.", {}]
    assert events[-1] == Event("done", {})


async def test_json_lines(client: Client) -> None:
    assert (await client.get("/v1/readings/numbers?until=3")).text == "0\n1\n2\n"
