"""Reads by the driver leave nothing behind at a connection, however they end."""

import asyncio
from typing import Any

import pytest
from asyncpg import Connection, InterfaceError, InternalClientError
from fastapi import FastAPI
from sqlalchemy import Select, select, text

from chassis.database.reader import Reader
from chassis.database.session import Database
from chassis.settings import Settings
from tests.chassis.database.asking import ask_reading, assert_problem, checked_out
from tests.chassis.database.terminating import driver_of, terminate, terminate_sleeping
from tests.chassis.database.things import Thing, ThingRepository, create_things
from tests.support.composition import StartApp
from tests.support.settings import make_settings


@pytest.mark.usefixtures("scratch")
async def test_no_connection_is_held_between_reads(database: Database) -> None:
    (created,) = await create_things(database, "lamp")
    reader = Reader(database)

    await ThingRepository(reader).get(created.id)
    assert checked_out(database) == 0
    assert await reader.scalar(select(Thing.name)) == "lamp"
    assert checked_out(database) == 0


@pytest.mark.usefixtures("scratch")
async def test_a_cancelled_read_leaves_no_answer_for_the_next_one(database: Database) -> None:
    (created,) = await create_things(database, "lamp")
    reader = Reader(database)
    slow: Select[Any] = select(Thing).where(text("pg_sleep(:s) IS NOT NULL").bindparams(s=30))
    task = asyncio.create_task(reader.entities(Thing, slow, {}))
    while not checked_out(database):  # noqa: ASYNC110  the pool tells nobody
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert checked_out(database) == 0
    assert (await ThingRepository(reader).get(created.id)).name == "lamp"


@pytest.mark.usefixtures("scratch")
async def test_a_failed_read_is_a_problem_and_keeps_its_connection(
    start_app: StartApp, settings: Settings, database: Database
) -> None:
    await create_things(database, "lamp")
    app = await start_app(settings.model_copy(update={"database": short(settings)}))
    slow: Select[Any] = select(Thing).where(text("pg_sleep(30) IS NOT NULL"))
    pid = text("SELECT pg_backend_pid()")
    before = await Reader(app.state.database).scalar(pid)

    assert_problem(
        await ask_reading(app, lambda reader: reader.entities(Thing, slow, {})), 504, "timeout"
    )
    assert await Reader(app.state.database).scalar(pid) == before


async def test_a_dead_connection_is_replaced_unnoticed(scratch: Any, database: Database) -> None:
    (created,) = await create_things(database, "lamp")
    async with database.engine.connect() as connection:  # the one in the pool
        driver_connection = await driver_of(connection)
    await terminate(scratch, driver_connection)

    assert (await ThingRepository(Reader(database)).get(created.id)).name == "lamp"


@pytest.mark.parametrize("_attempt", range(5))
async def test_a_connection_that_breaks_during_a_read_is_a_503(
    scratch: Any, app: FastAPI, database: Database, _attempt: int
) -> None:
    await create_things(database, "lamp")
    slow: Select[Any] = select(Thing).where(text("pg_sleep(30) IS NOT NULL"))

    response, _ = await asyncio.gather(
        ask_reading(app, lambda reader: reader.entities(Thing, slow, {})),
        terminate_sleeping(scratch),
    )

    assert_problem(response, 503, "database-unavailable", retry_after="1")


@pytest.mark.parametrize("kind", [InternalClientError, ConnectionResetError, InterfaceError])
async def test_whatever_the_driver_calls_a_broken_connection_it_is_one(
    app: FastAPI, database: Database, monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
) -> None:
    async def break_off(connection: Connection, *_: object) -> None:
        connection.terminate()
        message = "got result for unknown protocol state 3"
        raise kind(message)

    monkeypatch.setattr(Connection, "fetch", break_off)
    response = await ask_reading(app, lambda reader: reader.entities(Thing, select(Thing), {}))

    assert_problem(response, 503, "database-unavailable", retry_after="1")
    assert checked_out(database) == 0


async def test_a_database_that_is_away_is_a_503(start_app: StartApp) -> None:
    app = await start_app(make_settings(database={"url": "postgresql://a:b@127.0.0.1:1/nothing"}))

    response = await ask_reading(app, lambda reader: reader.entities(Thing, select(Thing), {}))

    assert_problem(response, 503, "database-unavailable", retry_after="1")


def short(settings: Settings) -> Any:
    return settings.database.model_copy(update={"statement_timeout": 0.2})
