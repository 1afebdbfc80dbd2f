"""Behind a real PgBouncer in transaction mode: nothing fails, nothing stays, timeouts hold."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any

import asyncpg
import pytest
from sqlalchemy import literal, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database.session import Database
from chassis.settings import Settings
from tests.chassis.database.asking import ask, ask_reading, assert_problem, checked_out
from tests.chassis.database.connections.pgbouncer import SERVER_CONNECTIONS, PgBouncer, pgbouncer_to
from tests.chassis.database.terminating import until_closed
from tests.chassis.database.wire import wire_to
from tests.support.clients import client_of, until_ready
from tests.support.composition import StartApp
from tests.support.eventually import eventually
from tests.support.settings import make_settings
from tools.postgres import Server

TASKS = 24
ROUNDS = 12


@pytest.fixture(scope="module")
def pgbouncer(own_server: Server) -> Iterator[PgBouncer]:
    with pgbouncer_to(own_server) as started:
        yield started


@pytest.fixture
def settings(pgbouncer: PgBouncer) -> Settings:
    return settings_for(pgbouncer)


def settings_for(place: PgBouncer, **values: Any) -> Settings:
    given = {"url": place.url("own"), "pgbouncer": True, "pool_size": TASKS} | values
    return make_settings(database=given)


@pytest.fixture
async def direct(pgbouncer: PgBouncer) -> AsyncIterator[Any]:
    """A connection to the server itself, and a table of numbers."""
    connection = await asyncpg.connect(pgbouncer.server.url("own"))
    await connection.execute("""
        DROP TABLE IF EXISTS numbers;
        CREATE TABLE numbers (id int PRIMARY KEY, number int NOT NULL);
        INSERT INTO numbers SELECT n, 0 FROM generate_series(1, 100) AS n;
    """)
    yield connection
    await connection.execute("SET lock_timeout = '5s'; DROP TABLE numbers")
    await connection.close()


async def use(database: Database, task: int) -> None:
    """What requests do: reads of several shapes, transactions, and the driver itself."""
    key = task + 1
    for turn in range(ROUNDS):
        async with database.reading() as session:
            assert await session.scalar(select(literal(turn * 1000 + task))) == turn * 1000 + task
            shape = text(f"SELECT number, {task} FROM numbers WHERE id = :key")
            assert (await session.execute(shape, {"key": key})).one() == (turn, task)
        async with database.transaction() as session:
            add = text("UPDATE numbers SET number = number + 1 WHERE id = :key RETURNING number")
            assert await session.scalar(add, {"key": key}) == turn + 1
            assert await session.scalar(text("SELECT count(*) FROM numbers")) == 100
        async with database.driver_connection() as connection:
            assert await connection.fetchval("SELECT $1::int + $2::int", turn, task) == turn + task


async def failures_under_load(database: Database) -> list[BaseException]:
    tasks = (use(database, task) for task in range(TASKS))
    return [found for found in await asyncio.gather(*tasks, return_exceptions=True) if found]


async def test_many_tasks_share_few_connections_without_a_failure(
    start_app: StartApp, settings: Settings, direct: Any
) -> None:
    app = await start_app(settings)

    assert await failures_under_load(app.state.database) == []

    assert await direct.fetchval("SELECT sum(number) FROM numbers") == TASKS * ROUNDS
    backends = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1"
    assert 1 <= await direct.fetchval(backends, settings.service.name) <= SERVER_CONNECTIONS


async def test_no_prepared_statement_is_left_on_the_server(
    start_app: StartApp, settings: Settings, pgbouncer: PgBouncer, direct: Any
) -> None:
    app = await start_app(settings)
    await failures_under_load(app.state.database)

    connections = [await asyncpg.connect(pgbouncer.url("own")) for _ in range(SERVER_CONNECTIONS)]
    try:
        for connection in connections:  # each takes a server's connection, until all are taken
            await connection.execute("BEGIN")
            left = await connection.execute(
                "DO $$ BEGIN ASSERT NOT EXISTS (SELECT FROM pg_prepared_statements"
                " WHERE name <> ''); END $$"
            )
            assert left == "DO"
    finally:
        for connection in connections:
            connection.terminate()


@pytest.mark.parametrize("startup", ["refused", "ignored"])
async def test_without_the_setting_the_same_load_fails(
    start_app: StartApp, pgbouncer: PgBouncer, direct: Any, startup: str
) -> None:
    if startup == "ignored":
        await console(
            pgbouncer,
            "SET ignore_startup_parameters = 'statement_timeout,lock_timeout,"
            "idle_in_transaction_session_timeout'",
        )
    try:
        app = await start_app(settings_for(pgbouncer, pgbouncer=False))
        failures = await failures_under_load(app.state.database)
    finally:
        await console(pgbouncer, "SET ignore_startup_parameters = ''")

    text_of_all = " ".join(map(str, failures))
    expected = "unsupported startup parameter" if startup == "refused" else "prepared statement"
    assert expected in text_of_all


async def setting(session: AsyncSession, name: str) -> Any:
    return await session.scalar(text(f"SHOW {name}"))


@pytest.mark.parametrize("isolation", [None, "SERIALIZABLE"])
async def test_every_transaction_has_the_timeouts_and_none_outlives_it(
    start_app: StartApp, settings: Settings, isolation: str | None
) -> None:
    app = await start_app(settings)
    database: Database = app.state.database

    async with database.transaction() as session:
        if isolation:
            await session.connection(execution_options={"isolation_level": isolation})
        assert await setting(session, "statement_timeout") == "1min"
        assert await setting(session, "lock_timeout") == "30s"
        assert await setting(session, "idle_in_transaction_session_timeout") == "30s"
        if isolation:
            assert await setting(session, "transaction_isolation") == isolation.lower()
    async with database.reading() as session:
        assert await setting(session, "statement_timeout") == "0"
    async with database.driver_connection() as connection, connection.transaction():
        assert await connection.fetchval("SHOW lock_timeout") == "30s"


async def test_every_session_is_in_utc_whatever_others_want(
    start_app: StartApp, settings: Settings, pgbouncer: PgBouncer
) -> None:
    app = await start_app(settings)
    elsewhere = {"timezone": "Asia/Tokyo"}
    for _ in range(SERVER_CONNECTIONS * 2):
        other = await asyncpg.connect(pgbouncer.url("own"), server_settings=elsewhere)
        await other.execute("SELECT 1")
        await other.close()

        async with app.state.database.reading() as session:
            assert await setting(session, "timezone") == "UTC"


@pytest.mark.parametrize("asking", [ask, ask_reading])
async def test_a_statement_that_runs_too_long_is_ended_and_the_pool_recovers(
    start_app: StartApp, pgbouncer: PgBouncer, direct: Any, asking: Any
) -> None:
    app = await start_app(settings_for(pgbouncer, statement_timeout=0.2, pool_size=1))

    response = await asking(app, lambda session: session.execute(text("SELECT pg_sleep(60)")))

    assert_problem(response, 504, "timeout")
    assert checked_out(app.state.database) == 0
    asleep = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
    await eventually(lambda: direct.fetchval(asleep), lambda count: count == 0)
    for number in range(5):
        await eventually(partial(reads_back, app.state.database, number))


async def reads_back(database: Database, number: int) -> bool:
    """False where a busy machine takes longer than these timeouts allow; else nothing fails."""
    try:
        async with database.reading() as session:
            assert await session.scalar(select(literal(number))) == number
    except TimeoutError:
        return False
    return True


async def test_a_transaction_that_waits_for_a_server_too_long_is_ended(
    start_app: StartApp, pgbouncer: PgBouncer
) -> None:
    app = await start_app(settings_for(pgbouncer, statement_timeout=0.2, pool_size=1))
    others = [await asyncpg.connect(pgbouncer.url("own")) for _ in range(SERVER_CONNECTIONS)]
    try:
        for other in others:
            await other.execute("BEGIN")
        response = await ask(app, lambda session: session.execute(text("SELECT 1")))
    finally:
        for other in others:
            await other.close()

    assert_problem(response, 504, "timeout")


async def test_a_lock_that_cannot_be_had_is_not_waited_for(
    start_app: StartApp, pgbouncer: PgBouncer, direct: Any
) -> None:
    app = await start_app(settings_for(pgbouncer, lock_timeout=0.2))
    async with direct.transaction():
        await direct.execute("LOCK TABLE numbers")
        lock = text("SELECT * FROM numbers FOR UPDATE")
        response = await ask(app, lambda session: session.execute(lock))

    assert_problem(response, 503, "contention", retry_after="0")


async def test_a_transaction_that_sits_idle_too_long_is_ended(
    start_app: StartApp, pgbouncer: PgBouncer, direct: Any
) -> None:
    app = await start_app(settings_for(pgbouncer, idle_in_transaction_timeout=0.2))

    async def sit_idle(session: AsyncSession) -> None:
        await session.execute(text("UPDATE numbers SET number = 5"))
        await until_closed(session)
        await session.execute(text("SELECT 1"))

    response = await ask(app, sit_idle)

    assert_problem(response, 503, "database-unavailable", retry_after="1")
    assert await direct.fetchval("SELECT sum(number) FROM numbers") == 0
    async with app.state.database.reading() as session:
        assert await session.scalar(text("SELECT 1")) == 1


async def test_it_costs_no_round_trip(start_app: StartApp, pgbouncer: PgBouncer) -> None:
    counts = []
    async with wire_to("127.0.0.1", pgbouncer.port) as wire:
        url = pgbouncer.url("own").replace(f":{pgbouncer.port}/", f":{wire.port}/")
        app = await start_app(settings_for(pgbouncer, url=url))
        for asking in (ask, ask, ask_reading, ask_reading):
            before = wire.round_trips
            await asking(app, lambda session: session.execute(text("SELECT 1")))
            counts.append(wire.round_trips - before)
        await app.state.database.engine.dispose()

    _, transaction, _, read = counts
    assert (transaction, read) == (3, 1)


async def test_the_service_is_ready_and_idle_connections_are_pinged(
    start_app: StartApp, pgbouncer: PgBouncer
) -> None:
    app = await start_app(settings_for(pgbouncer, ping_after_idle=0, warm_up=2))

    async with client_of(app) as client:
        await until_ready(client)
    for _ in range(3):
        response = await ask_reading(app, lambda session: session.execute(text("SELECT 1")))
        assert response.status_code == 200


async def console(pgbouncer: PgBouncer, command: str) -> None:
    """Tell PgBouncer itself; it knows the simple protocol only."""
    connection = await asyncpg.connect(pgbouncer.url("pgbouncer"), statement_cache_size=0)
    await connection.execute(command)
    await connection.close()
