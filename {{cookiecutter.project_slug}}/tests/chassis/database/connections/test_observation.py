"""What a request's line says of its statements, and the warning of one that is sent many times."""

import asyncio
import re
from typing import Any

import pytest
from asyncpg import PostgresError
from fastapi import BackgroundTasks, FastAPI
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database.connections.dialect import dialect_of
from chassis.database.session import Database
from chassis.settings import Settings
from chassis.web.sessions import CurrentDatabase, ReadSession, Session
from tests.chassis.database.things import Scratch, Thing
from tests.support.clients import Client, client_of
from tests.support.composition import Line, ReadLog, StartApp
from tests.support.settings import make_settings

SLEEP = text("SELECT pg_sleep(0.02)")


async def ask(app: FastAPI, handle: Any, read: ReadLog) -> Line:
    """The line of a request that is handled so."""
    app.add_api_route("/work", handle)
    async with client_of(app) as client:
        await client.get("/work")
    (line,) = read("request")
    return line


async def test_statements_of_a_transaction_are_counted_and_timed(
    app: FastAPI, read_log: ReadLog
) -> None:
    async def handle(session: Session) -> None:
        for _ in range(3):
            await session.execute(SLEEP)

    line = await ask(app, handle, read_log)

    assert line["queries"] == 3
    assert 60 <= line["database_ms"] <= line["duration_ms"]


async def test_statements_are_counted_however_they_are_sent(
    app: FastAPI, read_log: ReadLog
) -> None:
    async def handle(session: Session) -> None:
        await session.execute(text("SELECT set_config('a.b', :value, true)"), [{"value": "c"}] * 2)
        await session.execute(text("SELECT 1"), execution_options={"no_parameters": True})

    assert (await ask(app, handle, read_log))["queries"] == 2


async def test_reads_in_autocommit_are_counted(app: FastAPI, read_log: ReadLog) -> None:
    async def handle(session: ReadSession) -> None:
        await session.execute(SLEEP)

    line = await ask(app, handle, read_log)

    assert line["queries"] == 1
    assert line["database_ms"] >= 20


async def test_reads_by_the_driver_are_counted(app: FastAPI, read_log: ReadLog) -> None:
    async def handle(session: ReadSession) -> None:
        await session._fetch("SELECT pg_sleep(0.02)", [])
        with pytest.raises(PostgresError):
            await session._fetch("SELECT pg_sleep(0.02), 1 / 0", [])

    line = await ask(app, handle, read_log)

    assert line["queries"] == 2
    assert line["database_ms"] >= 20


async def test_work_that_is_run_again_is_counted(app: FastAPI, read_log: ReadLog) -> None:
    async def handle(database: CurrentDatabase) -> None:
        async def work(session: AsyncSession) -> None:
            await session.execute(SLEEP)

        await database.run(work)

    assert (await ask(app, handle, read_log))["queries"] == 1


async def test_statements_of_tasks_that_the_request_starts_are_counted(
    app: FastAPI, read_log: ReadLog
) -> None:
    async def handle(database: CurrentDatabase, tasks: BackgroundTasks) -> None:
        async def one() -> None:
            async with database.reading() as session:
                await session.execute(SLEEP)

        tasks.add_task(one)
        await asyncio.gather(*(one() for _ in range(4)))

    assert (await ask(app, handle, read_log))["queries"] == 5


async def test_a_statement_that_fails_is_counted_and_timed(app: FastAPI, read_log: ReadLog) -> None:
    async def handle(session: Session) -> None:
        await session.execute(text("SELECT pg_sleep(0.02), 1 / (random() * 0)"))

    line = await ask(app, handle, read_log)

    assert (line["queries"], line["status"]) == (1, 422)
    assert line["database_ms"] >= 20


INSERT = text("INSERT INTO scratch.slow VALUES (1)")


async def by_the_session(session: Session) -> None:
    await session.execute(INSERT)


async def by_hand(database: CurrentDatabase) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(INSERT)


@pytest.mark.parametrize("handle", [by_the_session, by_hand])
async def test_the_time_of_a_commit_is_the_databases(
    handle: Any, scratch: Any, app: FastAPI, read_log: ReadLog
) -> None:
    await scratch.execute("""
        CREATE TABLE scratch.slow (id int);
        CREATE FUNCTION scratch.sleep() RETURNS trigger LANGUAGE plpgsql
            AS 'BEGIN PERFORM pg_sleep(0.1); RETURN NULL; END';
        CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON scratch.slow
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION scratch.sleep()
    """)

    line = await ask(app, handle, read_log)

    assert line["queries"] == 1
    assert line["database_ms"] >= 100


async def test_each_request_is_counted_for_itself(app: FastAPI, read_log: ReadLog) -> None:
    async def handle(session: ReadSession, times: int) -> None:
        for _ in range(times):
            await session.execute(SLEEP)

    app.add_api_route("/work", handle)
    async with client_of(app) as client:
        await asyncio.gather(*(client.get(f"/work?times={times}") for times in range(4)))

    assert sorted(line["queries"] for line in read_log("request")) == [0, 1, 2, 3]


async def test_outside_a_request_nothing_is_counted_and_nothing_fails(database: Database) -> None:
    async with database.transaction() as session:
        assert await session.scalar(text("SELECT 1")) == 1
    with pytest.raises(DBAPIError):
        async with database.reading() as session:
            await session.execute(text("SELECT 1 / 0"))


@pytest.fixture
async def app(request: pytest.FixtureRequest, start_app: StartApp, settings: Settings) -> FastAPI:
    """In development for a test that is marked so."""
    if "in_development" in request.node.name:
        settings = make_settings(
            environment="development", database={"url": settings.database.url.get_secret_value()}
        )
    started: FastAPI = await start_app(settings)
    return started


async def many(session: ReadSession, times: int) -> None:
    for number in range(times):
        await session.execute(text(f"SELECT  {number % 2} AS sometimes"))
        await session.execute(text("SELECT\n  CAST(:number AS int) AS often"), {"number": number})


async def test_a_statement_sent_many_times_is_told_once_in_development(
    app: FastAPI, read_log: ReadLog
) -> None:
    app.add_api_route("/work", many)
    async with client_of(app) as client:
        await client.get("/work?times=12", headers={"X-Request-ID": "many"})

    (line,) = read_log("one statement many times")
    assert (line["level"], line["request_id"], line["times"]) == ("warning", "many", 12)
    assert re.fullmatch(r"SELECT CAST\(\$1\S* AS \w+\) AS often", line["statement"])


async def test_fewer_times_are_not_worth_a_warning_in_development(
    app: FastAPI, read_log: ReadLog
) -> None:
    app.add_api_route("/work", many)
    async with client_of(app) as client:
        await client.get("/work?times=9")

    assert read_log("one statement many times") == []


async def test_a_large_insert_in_parts_is_not_many_statements_in_development(
    scratch: Any, app: FastAPI, read_log: ReadLog
) -> None:
    async def handle(session: Session) -> None:
        connection = await session.connection()
        await connection.run_sync(Scratch.metadata.create_all)
        rows = [{"name": str(number)} for number in range(1_000)]
        await session.execute(
            insert(Thing).returning(Thing.id),
            rows,
            execution_options={"insertmanyvalues_page_size": 50},
        )

    line = await ask(app, handle, read_log)

    assert line["queries"] >= 20
    assert read_log("one statement many times") == []


async def test_elsewhere_nobody_is_warned(app: FastAPI, client: Client, read_log: ReadLog) -> None:
    app.add_api_route("/work", many)
    await client.get("/work?times=12")

    assert read_log("one statement many times") == []


async def test_an_observer_that_fails_harms_no_statement(app: FastAPI, read_log: ReadLog) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    dialect_of(app.state.database.engine).observation.observers.append(fail)

    async def handle(session: Session) -> None:
        await session.execute(SLEEP)

    assert (await ask(app, handle, read_log))["status"] == 200
    assert len(read_log("a query could not be observed")) == 1
