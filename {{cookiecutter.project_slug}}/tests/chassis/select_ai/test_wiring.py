"""One pool for each process, from its start to its end, which waits for no database."""

import asyncio

import pytest
from fastapi import FastAPI

from chassis.select_ai import pool as pools_of
from chassis.select_ai.actions import Action
from chassis.select_ai.asking import SelectAI
from chassis.select_ai.problems import SelectAIUnavailable
from tests.chassis.select_ai import application
from tests.chassis.select_ai.oracle import GETMODE, STILL_BUSY, UNREACHABLE, Pool, driver_error
from tests.support.clients import Client, client_of
from tests.support.composition import ReadLog, StartApp
from tests.support.serving import start


async def test_the_pool_waits_as_long_as_the_settings_say(pool: Pool) -> None:
    options = pool.options

    assert (options["min"], options["max"]) == (0, 2)
    assert (options["getmode"], options["wait_timeout"]) == (GETMODE, 5_000)


async def test_a_route_asks_for_what_holds_it(client: Client, pool: Pool) -> None:
    assert (await client.get("/asked")).json() == 2


async def test_without_an_address_there_is_none(
    start_app: StartApp, settings: application.Settings, pools: list[Pool]
) -> None:
    unset = settings.model_copy(update={"select_ai": application.SelectAISettings()})
    app: FastAPI = await start_app(unset)
    async with client_of(app) as client:
        response = await client.get("/asked")

    assert response.status_code == 503
    assert response.json()["type"] == "/problems/select-ai-unavailable"
    assert pools == []


async def test_without_metrics_nothing_is_counted(
    start_app: StartApp, settings: application.Settings
) -> None:
    quiet = settings.model_copy(
        update={"metrics": settings.metrics.model_copy(update={"enabled": False})}
    )
    app: FastAPI = await start_app(quiet)

    assert type(app.state.select_ai._observer).__name__ == "Unobserved"
    assert await app.state.select_ai.ask("Why?", Action.CHAT, "sales") == "forty-two"


async def test_a_database_that_was_away_is_asked_by_the_same_pool(
    select_ai: SelectAI, pool: Pool, pools: list[Pool]
) -> None:
    pool.refusal = driver_error(UNREACHABLE)
    for _ in range(2):
        with pytest.raises(SelectAIUnavailable):
            await select_ai.ask("Why?", Action.CHAT, "sales")
    pool.refusal = None
    asking = (select_ai.ask("Why?", Action.CHAT, "sales") for _ in range(2))

    assert await asyncio.gather(*asking) == ["forty-two", "forty-two"]
    assert pools == [pool]


async def test_the_pool_is_closed_in_order(
    settings: application.Settings, pools: list[Pool]
) -> None:
    app = application.create_app(settings)
    async with app.router.lifespan_context(app):
        assert pools[0].closed == []

    assert [pool.closed for pool in pools] == [[False]]


async def test_a_busy_pool_is_closed_by_force(pool: Pool, read_log: ReadLog) -> None:
    pool.closing = {False: driver_error(STILL_BUSY)}
    await pools_of.close()

    assert pool.closed == [True]
    (line,) = read_log("the sessions do not close")
    assert line["force"] is False


async def test_one_that_never_closes_is_left(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, read_log: ReadLog
) -> None:
    monkeypatch.setattr(pools_of, "CLOSING", 0.01)
    pool.closing = {False: asyncio.Event(), True: asyncio.Event()}
    await pools_of.close()

    assert [line["force"] for line in read_log("the sessions do not close")] == [False, True]
    pool.closing = {}


def test_nothing_of_it_is_imported_where_it_is_not_used() -> None:
    program = """
import sys
from chassis.select_ai import doctor, questions, settings, wiring
settings.SelectAISettings()
print(sorted({"oracledb", "pandas", "select_ai"} & set(sys.modules)))
"""
    with start("-c", program, env={}) as process:
        told, _ = process.communicate()

    assert told == "[]\n"
