"""What is counted of statements, of the pool and of the database."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from tests.chassis.database.terminating import driver_of, terminate
from tests.chassis.observability.conftest import configured
from tests.chassis.observability.metrics.measuring import measured, scrape, until_scraped
from tests.support.composition import StartApp
from tests.support.eventually import eventually


async def test_statements_are_timed_the_failed_ones_too(app: FastAPI) -> None:
    for statement in ("SELECT pg_sleep(0.02)", "SELECT 1", "SELECT 1 / 0"):
        try:
            async with app.state.database.reading() as session:
                await session.execute(text(statement))
        except DBAPIError:
            assert "/ 0" in statement

    scraped = await scrape(app)
    of = {"database": "primary"}
    assert scraped.all("database_query_duration_seconds_count", **of) == [3]
    assert scraped.total("database_query_duration_seconds_sum", **of) >= 0.02


async def test_the_pool_and_the_database_are_watched(app: FastAPI) -> None:
    engine = app.state.database.engine
    async with engine.connect(), engine.connect():
        scraped = await until_scraped(
            app,
            lambda scraped: (
                scraped.all("database_pool_checked_out") == [2]
                and scraped.all("database_available") == [1]
            ),
        )
    assert scraped.all("database_pool_size", database="primary") == [2]
    assert scraped.all("database_pool_overflow", database="primary") == [0]
    assert scraped.all("database_pool_waiting", database="primary") == [0]
    await until_scraped(app, lambda scraped: scraped.all("database_pool_checked_out") == [0])


async def test_a_database_that_is_away_is_told(start_app: StartApp) -> None:
    app: FastAPI = await start_app(measured("postgresql://u:p@127.0.0.1:1/db"))

    await until_scraped(app, lambda scraped: scraped.all("database_available") == [0])


async def test_who_waits_for_a_connection_is_counted(
    start_app: StartApp, database_url: str
) -> None:
    app: FastAPI = await start_app(measured(database_url, pool_size=2))
    engine, release = app.state.database.engine, asyncio.Event()

    async def use() -> None:
        async with engine.connect():
            await release.wait()

    using = [asyncio.create_task(use()) for _ in range(2)]
    await eventually(engine.pool.checkedout, lambda count: count == 2)
    assert (await scrape(app)).all("database_pool_checkout_seconds_count") == [0]
    using += [asyncio.create_task(use()) for _ in range(2)]
    await eventually(engine.pool.waiting, lambda count: count == 2)
    await asyncio.sleep(0.05)
    release.set()
    await asyncio.gather(*using)

    scraped = await scrape(app)
    assert scraped.all("database_pool_checkout_seconds_count", database="primary") == [2]
    assert scraped.total("database_pool_checkout_seconds_sum", database="primary") >= 0.1
    assert scraped.all("database_pool_timeouts_total", database="primary") == [0]


async def test_who_waits_in_vain_is_counted(app: FastAPI) -> None:
    engine = app.state.database.engine
    async with engine.connect(), engine.connect():
        waiting = asyncio.create_task(engine.connect().start())
        with pytest.raises(PoolTimeoutError):
            await waiting

    scraped = await scrape(app)
    assert scraped.all("database_pool_timeouts_total", database="primary") == [1]
    assert scraped.all("database_pool_checkout_seconds_count", database="primary") == [1]
    assert scraped.total("database_pool_checkout_seconds_sum", database="primary") >= 0.2


async def test_a_pool_made_anew_is_still_watched(app: FastAPI) -> None:
    engine = app.state.database.engine
    await engine.dispose()

    await test_who_waits_in_vain_is_counted(app)


async def test_connections_that_break_are_counted(app: FastAPI, sql: Any) -> None:
    async with app.state.database.engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
        await terminate(sql, await driver_of(connection))
        with pytest.raises(DBAPIError):
            await connection.execute(text("SELECT 1"))

    scraped = await scrape(app)
    assert scraped.all("database_pool_invalidations_total", database="primary") == [1]


async def test_a_sample_that_fails_is_not_the_last(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged = configured()
    with monkeypatch.context() as patch:
        patch.setattr(app.state.database.engine.pool, "waiting", None)
        async with asyncio.timeout(90):
            while "the pool could not be sampled" not in logged():  # noqa: ASYNC110  a log
                await asyncio.sleep(0.05)

    async with app.state.database.engine.connect():
        await until_scraped(app, lambda scraped: scraped.all("database_pool_checked_out") == [1])
