"""A real streaming replica: reads go there while it is fit, and nothing fails when it is not."""

import asyncio
import gc
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.reader import Reader
from app.database.session import Database, PrimaryReadSession, ReadSession, Session
from app.main import create_app, lifespan
from app.settings import Settings
from app.settings.groups import MetricsSettings
from tests.conftest import StartApp, client_of, make_settings
from tests.database.asking import checked_out
from tests.database.standby import execute, standby_of
from tools.postgres import Server

FIT = "reads go to the replica"
UNFIT = "reads go to the primary, the replica is not fit"
AVAILABLE = 'database_available{database="replica"} 1.0'


@pytest.fixture(scope="module")
def standby(own_server: Server) -> Iterator[Server]:
    with standby_of(own_server) as started:
        yield started


@pytest.fixture
def settings(own_server: Server, standby: Server) -> Settings:
    return settings_for(own_server, standby)


def settings_for(primary: Server, replica: Server, **values: Any) -> Settings:
    given = {"url": primary.url("own"), "replica_url": replica.url("own"), "pool_size": 5}
    return make_settings(database=given | values)


@pytest.fixture(autouse=True)
def _checks_are_frequent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.database.replica.INTERVAL", 0.05)
    monkeypatch.setattr("app.database.line.TIMEOUT", 10.0)  # a busy machine is no dead replica


@pytest.fixture(autouse=True)
async def _lost_while_connecting() -> AsyncIterator[None]:
    """A connection lost before it is open leaves asyncpg with a future that nobody awaits."""
    loop = asyncio.get_running_loop()
    handler: Any = loop.get_exception_handler()

    def handle(loop: Any, context: dict[str, Any]) -> None:
        if "unexpected connection_lost() call" not in str(context.get("exception")):
            handler(loop, context)

    loop.set_exception_handler(handle)
    yield
    gc.collect()
    loop.set_exception_handler(handler)


@pytest.fixture
async def marks(own_server: Server) -> AsyncIterator[None]:
    await execute(own_server, "CREATE TABLE marks (id int)")
    yield
    await execute(own_server, "SET lock_timeout = '5s'; DROP TABLE marks")


class Log:
    """What was printed since the start of the test about where reads go."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self._text = ""

    def lines(self) -> list[str]:
        self._text += self._capsys.readouterr().out
        return [line for line in self._text.splitlines() if "] reads go to " in line]

    def told(self) -> list[str]:
        return [FIT if FIT in line else UNFIT for line in self.lines()]


@pytest.fixture(autouse=True)  # and so closed last
def log(capsys: pytest.CaptureFixture[str]) -> Log:
    return Log(capsys)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(90):
        while not condition():  # noqa: ASYNC110  another process makes it true
            await asyncio.sleep(0.01)


async def started(start_app: StartApp, settings: Settings) -> FastAPI:
    """An application that reads from its replica."""
    app: FastAPI = await start_app(settings)
    await until(lambda: app.state.database.replica.fit)
    return app


async def on_replica(session: AsyncSession | Reader) -> bool:
    return bool(await session.scalar(text("SELECT pg_is_in_recovery()")))


async def reads_replica(database: Database) -> bool:
    async with database.reading() as session:
        return await on_replica(session)


async def driver_reads_replica(database: Database) -> bool:
    """As a repository does it, past the ORM."""
    ((found,),) = await Reader(database)._fetch("SELECT pg_is_in_recovery()", [])
    return bool(found)


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
    assert log.told() == [FIT, UNFIT, FIT]
    assert re.search(r"reason='it is \d+\.\d s behind'", log.lines()[1])


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
    monkeypatch.setattr("app.database.replica.INTERVAL", 3_600)
    await asyncio.sleep(1)  # the last of the frequent checks
    assert await read(database)  # and leaves a connection in the pool
    await asyncio.to_thread(standby.stop, "immediate")
    database.replica.fit = True  # as long as no check has found out, on a busy machine too
    try:
        assert not await read(database)
        assert not await read(database)
    finally:
        await asyncio.to_thread(standby.start)

    assert log.told() == [FIT, UNFIT]
    assert checked_out(database) == 0


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
    finally:
        await asyncio.to_thread(standby.start)

    assert log.told() == [UNFIT]


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


async def test_metrics_tell_whether_the_replica_is_fit(
    start_app: StartApp, settings: Settings
) -> None:
    measured = settings.model_copy(update={"metrics": MetricsSettings(enabled=True, port=None)})
    app = await started(start_app, measured)
    async with client_of(app) as client, asyncio.timeout(90):
        while AVAILABLE not in (await client.get("/metrics")).text:  # noqa: ASYNC110  as scrapers do
            await asyncio.sleep(0.1)


async def test_health_shows_the_replica_and_works_without_it(
    start_app: StartApp, settings: Settings, standby: Server
) -> None:
    app = await started(start_app, settings)
    async with client_of(app) as client:
        replica = (await client.get("/health")).json()["dependencies"]["replica"]
        assert (replica["status"], replica["pool_size"]) == ("ok", 5)
        assert replica["lag_seconds"] < 5
        assert replica["latency_ms"] > 0
        assert replica["server_version"]

        await asyncio.to_thread(standby.stop)
        try:
            await until(lambda: not app.state.database.replica.fit)
            answer = await client.get("/health")
            assert (answer.status_code, answer.json()["status"]) == (200, "ok")
            assert answer.json()["dependencies"]["replica"]["status"] == "unavailable"
            assert (await client.get("/health/ready")).status_code == 200
        finally:
            await asyncio.to_thread(standby.start)


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
