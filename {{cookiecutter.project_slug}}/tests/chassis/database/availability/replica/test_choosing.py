"""Reads go to a replica that is fit, and nothing else does."""

import asyncio

import pytest
from asyncpg import ReadOnlySQLTransactionError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.database.reader import Reader
from chassis.database.session import Database
from chassis.settings import Settings
from chassis.web.sessions import PrimaryReadSession, ReadSession, Session
from tests.chassis.application import create_app, lifespan
from tests.chassis.database.availability.replica.reading import (
    driver_reads_replica,
    on_replica,
    reads_replica,
    settings_for,
    started,
    until,
)
from tests.chassis.database.availability.standby import execute
from tests.support.clients import client_of
from tests.support.composition import StartApp
from tools.postgres import Server


async def test_reads_go_to_the_replica_and_nothing_else_does(
    start_app: StartApp, settings: Settings
) -> None:
    app = await started(start_app, settings)
    database: Database = app.state.database

    assert await reads_replica(database)
    assert await driver_reads_replica(database)
    async with database.reading(primary=True) as session:
        assert not await on_replica(session)
    async with database.transaction() as session:
        assert not await on_replica(session)
    assert not await database.run(on_replica)
    async with database.driver_connection() as connection:
        assert not await connection.fetchval("SELECT pg_is_in_recovery()")


async def test_a_request_chooses_by_the_session_it_asks_for(
    start_app: StartApp, settings: Settings
) -> None:
    app = await started(start_app, settings)

    @app.get("/places")
    async def places(reads: ReadSession, fresh: PrimaryReadSession, session: Session) -> list[bool]:
        return [await on_replica(it) for it in (reads, fresh, session)]

    async with client_of(app) as client:
        assert (await client.get("/places")).json() == [True, False, False]


@pytest.mark.usefixtures("marks")
async def test_a_reader_that_must_see_its_own_write_asks_for_the_primary(
    start_app: StartApp, own_server: Server, standby: Server
) -> None:
    app = await started(start_app, settings_for(own_server, standby, replica_max_lag=3_600))
    database: Database = app.state.database
    count = text("SELECT count(*) FROM marks")
    await until_replayed(database)
    await execute(standby, "SELECT pg_wal_replay_pause()")
    try:
        async with database.transaction() as session:
            await session.execute(text("INSERT INTO marks VALUES (1)"))

        async with database.reading() as session:
            assert (await on_replica(session), await session.scalar(count)) == (True, 0)
        async with database.reading(primary=True) as session:
            assert await session.scalar(count) == 1
    finally:
        await execute(standby, "SELECT pg_wal_replay_resume()")


async def until_replayed(database: Database) -> None:
    async with asyncio.timeout(90):
        found = False
        while not found:
            async with database.reading() as session:
                found = bool(await session.scalar(text("SELECT to_regclass('marks') IS NOT NULL")))


async def test_without_its_primary_the_replica_goes_on_serving(
    start_app: StartApp, settings: Settings, own_server: Server
) -> None:
    app = await started(start_app, settings)
    await asyncio.to_thread(own_server.stop)
    try:
        for _ in range(5):
            assert await reads_replica(app.state.database)
            await asyncio.sleep(0.1)
        async with client_of(app) as client:
            assert (await client.get("/health/ready")).status_code == 503
    finally:
        await asyncio.to_thread(own_server.start)


async def test_stopping_closes_every_connection_to_the_replica(
    own_server: Server, standby: Server
) -> None:
    app = create_app(settings_for(own_server, standby))
    async with lifespan(app):
        await until(lambda: app.state.database.replica.fit)
        pool, line = app.state.database.replica.engine.pool, app.state.database.replica._line
        assert await reads_replica(app.state.database)

    assert app.state.database.replica.engine.pool is not pool
    assert line._connection is None


async def test_a_write_that_the_replica_refuses_costs_no_connection(
    start_app: StartApp, settings: Settings
) -> None:
    app = await started(start_app, settings)
    database: Database = app.state.database
    async with database.reading() as session:
        before = await session.scalar(text("SELECT pg_backend_pid()"))

    for refused in (notify_by_the_orm, notify_by_the_driver):
        with pytest.raises((DBAPIError, ReadOnlySQLTransactionError)):
            await refused(database)

    async with database.reading() as session:
        assert await session.scalar(text("SELECT pg_backend_pid()")) == before


async def notify_by_the_orm(database: Database) -> None:
    await Reader(database).execute(text("SELECT pg_notify('a', 'b')"))


async def notify_by_the_driver(database: Database) -> None:
    await Reader(database)._fetch("SELECT pg_notify('a', 'b')", [])
