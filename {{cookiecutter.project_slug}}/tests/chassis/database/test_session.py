"""Sessions: what they keep, when they end, and what is left of them."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import pytest
from fastapi import BackgroundTasks, Depends, FastAPI
from fastapi.responses import StreamingResponse
from sqlalchemy import text
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database.session import Database
from chassis.problems import NotFound
from chassis.web.sessions import CurrentDatabase, Session
from tests.chassis.database.asking import ask, checked_out
from tests.chassis.database.things import Thing, ThingRepository, create_things
from tests.support.clients import Client, client_of

INSERT = text("INSERT INTO scratch.log VALUES (1)")


@pytest.fixture
async def log(scratch: Any) -> Any:
    await scratch.execute("CREATE TABLE scratch.log (size int)")
    return scratch


@pytest.fixture
async def client(
    log: Any,
    app: FastAPI,
) -> AsyncIterator[Client]:
    async with client_of(app) as client:
        yield client


async def rows(log: Any) -> int:
    count: int = await log.fetchval("SELECT count(*) FROM scratch.log")
    return count


@pytest.mark.parametrize(("error", "status"), [(NotFound(), 404), (ValueError(), 500)])
async def test_an_exception_undoes_the_request(
    log: Any, app: FastAPI, error: Exception, status: int
) -> None:
    async def work(session: AsyncSession) -> None:
        await session.execute(INSERT)
        raise error

    assert (await ask(app, work)).status_code == status
    assert await rows(log) == 0


async def test_a_block_is_committed_at_its_end(log: Any, database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(INSERT)
        assert await rows(log) == 0

    assert await rows(log) == 1


async def test_an_exception_undoes_a_block(log: Any, database: Database) -> None:
    async def fail() -> None:
        async with database.transaction() as session:
            await session.execute(INSERT)
            raise NotFound

    with pytest.raises(NotFound):
        await fail()
    assert await rows(log) == 0


@pytest.mark.usefixtures("scratch")
async def test_what_was_added_and_not_flushed_is_committed_too(database: Database) -> None:
    await create_things(database)
    async with database.transaction() as session:
        session.add(thing := Thing(name="lamp"))

    async with database.reading() as session:
        assert (await ThingRepository(session).get(thing.id)).name == "lamp"


@pytest.mark.usefixtures("scratch")
async def test_an_entity_can_be_read_after_the_commit(database: Database) -> None:
    (thing,) = await create_things(database, "lamp")

    assert (thing.name, thing.version) == ("lamp", 1)


async def test_everything_in_a_request_shares_one_session(app: FastAPI, client: Client) -> None:
    async def repository(session: Session) -> AsyncSession:
        return session

    async def user(session: Session) -> AsyncIterator[AsyncSession]:
        yield session

    @app.get("/sessions")
    async def compare(
        session: Session,
        first: Annotated[AsyncSession, Depends(repository)],
        second: Annotated[AsyncSession, Depends(user, scope="function")],
    ) -> bool:
        return session is first is second

    assert (await client.get("/sessions")).json() is True


async def test_a_stream_holds_a_connection_only_while_it_asks(
    app: FastAPI, client: Client, database: Database
) -> None:
    async def events(database: Database) -> AsyncIterator[str]:
        for _ in range(3):
            yield f"{checked_out(database)}"
            async with database.reading() as session:
                await session.execute(text("SELECT 1"))
                yield f"{checked_out(database)}"

    @app.get("/stream")
    async def stream(session: Session, database: CurrentDatabase) -> StreamingResponse:
        await session.execute(text("SELECT 1"))
        return StreamingResponse(events(database))

    assert (await client.get("/stream")).text == "010101"
    assert checked_out(database) == 0


async def test_a_background_task_holds_a_connection_only_while_it_works(
    app: FastAPI, client: Client, log: Any, database: Database
) -> None:
    in_use = []

    async def work(database: Database) -> None:
        in_use.append(checked_out(database))
        async with database.transaction() as session:
            await session.execute(INSERT)

    @app.post("/task")
    async def start(session: Session, database: CurrentDatabase, tasks: BackgroundTasks) -> None:
        await session.execute(INSERT)
        tasks.add_task(work, database)

    assert (await client.post("/task")).status_code == 200
    assert in_use == [0]
    assert await rows(log) == 2
    assert checked_out(database) == 0


async def test_the_requests_session_fails_at_once_when_used_after_its_end(
    app: FastAPI, client: Client, database: Database
) -> None:
    refused = []

    async def use(session: AsyncSession) -> None:
        with pytest.raises(InvalidRequestError, match="closed") as failure:
            await session.execute(INSERT)
        refused.append(failure)

    @app.post("/task")
    async def start(session: Session, tasks: BackgroundTasks) -> None:
        await session.execute(INSERT)
        tasks.add_task(use, session)

    assert (await client.post("/task")).status_code == 200
    assert len(refused) == 1
    assert checked_out(database) == 0


async def pid(database: Database) -> int:
    async with database.driver_connection() as connection:
        found: int = await connection.fetchval("SELECT pg_backend_pid()")
        return found


async def test_a_driver_connection_comes_from_the_pool_and_goes_back(database: Database) -> None:
    assert await pid(database) == await pid(database)
    assert checked_out(database) == 0


async def test_a_driver_connection_left_in_a_transaction_is_discarded(
    log: Any, database: Database
) -> None:
    before = await pid(database)
    async with database.driver_connection() as connection:
        await connection.execute("BEGIN; INSERT INTO scratch.log VALUES (1)")

    assert await pid(database) != before
    assert await rows(log) == 0
