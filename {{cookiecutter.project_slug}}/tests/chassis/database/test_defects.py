"""What a client is told when the service itself is wrong: never that it succeeded."""

import asyncio
from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database.session import Database
from chassis.web.sessions import CurrentDatabase
from tests.chassis.database.asking import SECRET, ask, ask_reading, assert_problem
from tests.chassis.database.things import Thing, create_things
from tests.support.clients import client_of

FAIL = text(f"SELECT 1 / 0, '{SECRET}'")
INSERT = text("INSERT INTO scratch.log VALUES (1)")


@pytest.fixture
async def log(scratch: Any) -> Any:
    await scratch.execute("CREATE TABLE scratch.log (size int)")
    return scratch


async def rows(log: Any) -> int:
    count: int = await log.fetchval("SELECT count(*) FROM scratch.log")
    return count


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM scratch.missing",
        "SELECT missing FROM scratch.log",
        "SELECT * FROM scratch.log WHERE",
        "SET LOCAL ROLE pg_monitor; SELECT * FROM scratch.log",
    ],
)
@pytest.mark.usefixtures("log")
async def test_a_wrong_statement_is_an_internal_error(app: FastAPI, statement: str) -> None:
    async def work(session: AsyncSession) -> None:
        for part in statement.split(";"):
            await session.execute(text(part))

    assert_problem(await ask(app, work), 500, "internal-error")


async def test_a_swallowed_failure_is_an_internal_error_and_stores_nothing(
    log: Any, app: FastAPI
) -> None:
    """PostgreSQL answers such a COMMIT with a rollback, and the driver takes it for a success."""

    async def work(session: AsyncSession) -> None:
        await session.execute(INSERT)
        with pytest.raises(DBAPIError):
            await session.execute(FAIL)

    assert_problem(await ask(app, work), 500, "internal-error")
    assert await rows(log) == 0


async def test_a_failure_that_was_rolled_back_spoils_nothing_after_it(
    log: Any, database: Database
) -> None:
    async with database.engine.connect() as connection:
        with pytest.raises(DBAPIError):
            await connection.execute(FAIL)
        await connection.rollback()
        await connection.execute(INSERT)
        await connection.commit()

    assert await rows(log) == 1


async def test_a_failure_inside_a_savepoint_may_be_swallowed(log: Any, app: FastAPI) -> None:
    async def work(session: AsyncSession) -> None:
        await session.execute(INSERT)
        with pytest.raises(DBAPIError):
            async with session.begin_nested():
                await session.execute(FAIL)

    assert (await ask(app, work)).status_code == 200
    assert await rows(log) == 1


@pytest.mark.parametrize("asking", [ask, ask_reading])
async def test_a_failure_does_not_spoil_the_next_request_on_its_connection(
    log: Any, app: FastAPI, asking: Any
) -> None:
    for _ in range(5):
        assert_problem(await asking(app, lambda s: s.execute(FAIL)), 422, "invalid-request")

    answers = await asyncio.gather(*(ask(app, lambda s: s.execute(INSERT)) for _ in range(5)))

    assert [answer.status_code for answer in answers] == [200] * 5
    assert await rows(log) == 5


async def test_going_on_after_a_failure_is_an_internal_error(log: Any, app: FastAPI) -> None:
    async def work(session: AsyncSession) -> None:
        with pytest.raises(DBAPIError):
            await session.execute(FAIL)
        await session.execute(INSERT)

    assert_problem(await ask(app, work), 500, "internal-error")
    assert await rows(log) == 0


async def test_a_plan_made_stale_by_a_migration_is_contention_once(log: Any, app: FastAPI) -> None:
    async def work(session: AsyncSession) -> None:
        await session.execute(text("SELECT * FROM scratch.log"))

    assert (await ask(app, work)).status_code == 200
    await log.execute("ALTER TABLE scratch.log ALTER COLUMN size TYPE text")

    assert_problem(await ask(app, work), 503, "contention", retry_after="0")
    assert (await ask(app, work)).status_code == 200


async def test_loading_a_relationship_that_was_not_asked_for_is_an_internal_error(
    scratch: Any, app: FastAPI, database: Database
) -> None:
    _, desk = await create_things(database, "lamp", "desk")
    await scratch.execute("UPDATE scratch.things SET owner_id = $1", desk.id)

    async def work(session: AsyncSession) -> object:
        return (await session.scalars(select(Thing).where(Thing.name == "lamp"))).one().owner

    assert_problem(await ask(app, work), 500, "internal-error")


@pytest.mark.usefixtures("scratch")
async def test_a_row_that_must_be_there_and_is_not_is_not_found(
    app: FastAPI, database: Database
) -> None:
    await create_things(database)

    async def work(session: AsyncSession) -> None:
        (await session.execute(select(Thing))).scalar_one()

    assert_problem(await ask(app, work), 404, "not-found")


@pytest.mark.parametrize(
    ("statement", "status", "kind", "retry_after"),
    [
        ("SELECT * FROM scratch.missing", 500, "internal-error", None),
        ("SELECT 1 / 0", 422, "invalid-request", None),
        ("SELECT pg_terminate_backend(pg_backend_pid())", 503, "database-unavailable", "1"),
    ],
)
@pytest.mark.usefixtures("scratch")
async def test_failures_of_the_bare_driver_are_told_alike(
    app: FastAPI, statement: str, status: int, kind: str, retry_after: str | None
) -> None:
    @app.post("/driver")
    async def handle(database: CurrentDatabase) -> None:
        async with database.driver_connection() as connection:
            await connection.execute(statement)

    async with client_of(app) as client:
        response = await client.post("/driver")

    assert_problem(response, status, kind, retry_after=retry_after)


@pytest.mark.usefixtures("scratch")
async def test_a_bare_connection_that_was_closed_is_unavailable(app: FastAPI) -> None:
    @app.post("/driver")
    async def handle(database: CurrentDatabase) -> None:
        async with database.driver_connection() as connection:
            with pytest.raises(asyncpg.PostgresConnectionError):
                await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            await connection.execute("SELECT 1")

    async with client_of(app) as client:
        response = await client.post("/driver")

    assert_problem(response, 503, "database-unavailable", retry_after="1")
