"""A replica that is not fit is not read, and no request fails because of it."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import asyncpg
import pytest

from chassis.database.session import Database
from chassis.settings import Settings
from chassis.web.sessions import ReadSession
from tests.chassis.database.asking import checked_out
from tests.chassis.database.availability.replica.reading import (
    FIT,
    UNFIT,
    Log,
    driver_reads_replica,
    on_replica,
    reads_replica,
    settings_for,
    started,
    until,
)
from tests.chassis.database.availability.standby import execute, standby_of
from tests.support.clients import client_of
from tests.support.composition import StartApp
from tools.postgres import Server


@pytest.mark.usefixtures("marks")
async def test_a_replica_that_lags_is_left_until_it_has_caught_up(
    start_app: StartApp, own_server: Server, standby: Server, log: Log
) -> None:
    app = await started(start_app, settings_for(own_server, standby, replica_max_lag=0.5))
    database: Database = app.state.database
    replica: Any = database.replica
    await execute(standby, "SELECT pg_wal_replay_pause()")
    try:
        async with asyncio.timeout(90):
            while replica.fit:
                await execute(own_server, "INSERT INTO marks VALUES (1)")
        assert not await reads_replica(database)
        assert replica.lag > 0.5
    finally:
        await execute(standby, "SELECT pg_wal_replay_resume()")
    await until(lambda: replica.fit)

    assert await reads_replica(database)
    assert log.told()[-3:] == [FIT, UNFIT, FIT]  # one that has just started may be behind too
    assert re.search(r"reason='it is \d+\.\d s behind'", log.lines()[-2])


async def test_a_replica_that_dies_under_load_costs_no_request_but_those_on_their_way(
    start_app: StartApp, settings: Settings, standby: Server, log: Log
) -> None:
    app = await started(start_app, settings)
    answers: list[tuple[float, int, bool]] = []

    @app.get("/place")
    async def place(session: ReadSession) -> bool:
        return await on_replica(session)

    async def ask(client: Any) -> None:
        while True:
            began = time.monotonic()
            response = await client.get("/place")
            answers.append((began, response.status_code, response.json() is True))

    async with client_of(app) as client:
        readers = [asyncio.create_task(ask(client)) for _ in range(8)]
        await until(lambda: len(answers) > 100)
        await asyncio.to_thread(standby.stop, "immediate")
        stopped, before = time.monotonic(), len(answers)
        await until(lambda: len(answers) > before + 100)
        await asyncio.to_thread(standby.start)
        await until(lambda: app.state.database.replica.fit)
        after = len(answers)
        await until(lambda: len(answers) > after + 100)
        for reader in readers:
            reader.cancel()
            with suppress(asyncio.CancelledError):
                await reader

    failed = [(began, status) for began, status, _ in answers if status != 200]
    assert len(failed) <= len(readers)
    assert [status for began, status in failed if began > stopped] == []
    assert {place for *_, place in answers[before + 10 : before + 100]} == {False}
    assert {place for *_, place in answers[after + 10 :]} == {True}
    assert log.told() == [FIT, UNFIT, FIT]
    assert checked_out(app.state.database) == 0


@pytest.mark.parametrize("read", [reads_replica, driver_reads_replica])
async def test_between_two_checks_the_very_same_request_is_served_by_the_primary(
    start_app: StartApp,
    settings: Settings,
    standby: Server,
    log: Log,
    monkeypatch: pytest.MonkeyPatch,
    read: Callable[[Database], Awaitable[bool]],
) -> None:
    app = await start_app(settings)
    database: Database = app.state.database
    assert database.replica is not None
    await until(lambda: database.replica and database.replica.fit)
    monkeypatch.setattr("chassis.database.availability.replica.INTERVAL", 3_600)
    await asyncio.sleep(1)  # the last of the frequent checks
    assert await read(database)  # and leaves a connection in the pool
    async with database.replica.engine.connect() as connection:
        held: Any = (await connection.get_raw_connection()).driver_connection
    await asyncio.to_thread(standby.stop, "immediate")
    await until(held.is_closed)
    database.replica.fit = True  # as long as no check has found out, on a busy machine too
    try:
        assert not await read(database)
        assert not await read(database)
    finally:
        await asyncio.to_thread(standby.start)

    assert log.told() == [FIT, UNFIT]
    assert checked_out(database) == 0


async def test_a_replica_that_was_made_a_primary_is_not_read(
    start_app: StartApp, own_server: Server, log: Log
) -> None:
    with standby_of(own_server) as standby:
        app = await started(start_app, settings_for(own_server, standby))
        await execute(standby, "SELECT pg_promote()")
        await until(lambda: not app.state.database.replica.fit)

        await execute(own_server, "CREATE TABLE only_here (); DROP TABLE only_here")
        assert log.told() == [FIT, UNFIT]
        assert "made it a primary" in log.lines()[-1]


async def test_a_replica_that_is_away_at_start_is_told_once_and_nobody_waits(
    start_app: StartApp, own_server: Server, standby: Server, log: Log
) -> None:
    await asyncio.to_thread(standby.stop)
    try:
        app = await start_app(settings_for(own_server, standby))
        await until(lambda: UNFIT in log.told())
        await asyncio.sleep(0.3)  # some checks more
        assert not await reads_replica(app.state.database)
        assert log.told() == [UNFIT]
    finally:
        await asyncio.to_thread(standby.start)


async def test_a_replica_that_takes_no_more_connections_is_not_read(
    start_app: StartApp, own_server: Server, standby: Server, log: Log
) -> None:
    """Its checks have a connection already: what counts is whether a reader gets one."""
    await execute(own_server, "CREATE ROLE reader LOGIN SUPERUSER PASSWORD 'reader-pw'")
    try:
        url = standby.url("own").replace(f"postgres:{standby.password}", "reader:reader-pw")
        app = await started(start_app, settings_for(own_server, standby, replica_url=url))
        replica = app.state.database.replica
        await execute(own_server, "ALTER ROLE reader NOLOGIN")
        await until_refused(url)
        await replica.engine.dispose()
        assert not await reads_replica(app.state.database)
        await asyncio.sleep(0.3)  # some checks more

        assert not replica.fit
        assert log.told()[-2:] == [FIT, UNFIT]  # at first it may not know of the role yet
    finally:
        await execute(own_server, "DROP ROLE reader")


async def until_refused(url: str) -> None:
    """The replica knows what was done to the role a moment later."""
    async with asyncio.timeout(90):
        with suppress(asyncpg.PostgresError):
            while True:
                connection = await asyncpg.connect(url)
                await connection.close()
                await asyncio.sleep(0.05)
