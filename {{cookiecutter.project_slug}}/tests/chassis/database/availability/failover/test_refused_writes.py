"""A server that refuses writes since a moment ago is left, by whatever way the refusal came."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import asyncpg
import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from chassis.database.availability.probe import Probe
from chassis.database.connections import failover
from chassis.database.copying import copy
from chassis.database.guards import WriteRefusedError
from chassis.database.reader import Reader
from chassis.database.session import Database
from chassis.settings import Settings
from tests.chassis.database.asking import ask, assert_problem, checked_out
from tests.chassis.database.availability.failover.moving import DATABASE, demoted
from tests.chassis.database.things import Thing, ThingRepository, create_things
from tests.support.composition import StartApp
from tests.support.eventually import eventually
from tests.support.settings import make_settings
from tools.postgres import Server

Way = Callable[[Database], Awaitable[object]]
READ_ONLY = (DBAPIError, asyncpg.ReadOnlySQLTransactionError)


@pytest.fixture
def settings(own_server: Server) -> Settings:
    return make_settings(database={"url": own_server.url(DATABASE), "pool_size": 5})


@pytest.fixture
async def database(start_app: StartApp, settings: Settings, own_server: Server) -> Any:
    """A pool of three open connections, and a table."""
    sql = await asyncpg.connect(own_server.url(DATABASE))
    await sql.execute("DROP SCHEMA IF EXISTS scratch CASCADE; CREATE SCHEMA scratch")
    app = await start_app(settings)
    await create_things(app.state.database, "lamp")
    await pids(app.state.database)
    yield app.state.database
    await app.state.database.engine.dispose()
    await sql.execute("SET lock_timeout = '5s'; DROP SCHEMA scratch CASCADE")
    await sql.close()


async def pids(database: Database, count: int = 3) -> set[int]:
    """Of so many connections at once."""
    async with AsyncExitStack() as stack:
        found = set()
        for _ in range(count):
            connection = await stack.enter_async_context(database.engine.connect())
            found.add(await connection.scalar(text("SELECT pg_backend_pid()")))
        return found


async def by_the_orm(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(insert(Thing).values(name="desk"))


async def by_a_new_entity(database: Database) -> None:
    async with database.transaction() as session:
        await ThingRepository(session).create(Thing(name="desk"))


async def by_a_lock(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(select(Thing).with_for_update())


async def by_a_stream(database: Database) -> None:
    async with database.transaction() as session:
        await session.stream(text("DELETE FROM scratch.things RETURNING id"))


async def by_copy(database: Database) -> None:
    async with database.transaction() as session:
        await copy(session, Thing, [{"name": "desk"}])


async def by_the_driver(database: Database) -> None:
    async with database.driver_connection() as connection:
        await connection.execute("DELETE FROM scratch.things")


async def by_a_quick_read(database: Database) -> None:
    await Reader(database)._fetch("SELECT id FROM scratch.things FOR UPDATE", [])


WAYS: list[Way] = [
    by_the_orm,
    by_a_new_entity,
    by_a_lock,
    by_a_stream,
    by_copy,
    by_the_driver,
    by_a_quick_read,
]


@pytest.mark.parametrize("way", WAYS)
async def test_one_refused_write_replaces_every_connection(
    database: Database, own_server: Server, way: Way
) -> None:
    before = await pids(database)
    async with demoted(own_server):
        with pytest.raises(READ_ONLY):
            await way(database)

    assert checked_out(database) == 0
    assert not before & await pids(database)
    await way(database)


async def test_a_connection_in_use_meanwhile_is_replaced_when_it_comes_back(
    database: Database, own_server: Server
) -> None:
    async with database.engine.connect() as held:
        before = await held.scalar(text("SELECT pg_backend_pid()"))
        async with demoted(own_server):
            with pytest.raises(READ_ONLY):
                await by_the_orm(database)
        assert await held.scalar(text("SELECT pg_backend_pid()")) == before

    assert before not in await pids(database)


async def test_the_client_is_told_to_come_back(
    start_app: StartApp, settings: Settings, database: Database, own_server: Server
) -> None:
    app = await start_app(settings)
    async with demoted(own_server):
        response = await ask(app, lambda session: session.execute(insert(Thing).values(name="a")))

    assert_problem(response, 503, "database-unavailable", retry_after="1")
    response = await ask(app, lambda session: session.execute(insert(Thing).values(name="a")))
    assert response.status_code == 200


async def read_only_on_purpose(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("SET TRANSACTION READ ONLY"))
        await session.execute(insert(Thing).values(name="desk"))


async def read_only_by_the_driver(database: Database) -> None:
    async with database.driver_connection() as connection, connection.transaction(readonly=True):
        await connection.execute("DELETE FROM scratch.things")


async def a_write_in_a_session_for_reads(database: Database) -> None:
    await Reader(database).execute(insert(Thing).values(name="desk"))


@pytest.mark.parametrize(
    "way", [read_only_on_purpose, read_only_by_the_driver, a_write_in_a_session_for_reads]
)
async def test_what_is_read_only_on_purpose_keeps_its_connections(
    database: Database, way: Way
) -> None:
    before = await pids(database)

    with pytest.raises((*READ_ONLY, WriteRefusedError)):
        await way(database)

    assert await pids(database) == before


async def test_while_the_address_leads_nowhere_better_connections_are_replaced_once_in_a_while(
    database: Database, own_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failover, "PAUSE", 3_600)
    async with demoted(own_server):
        with pytest.raises(READ_ONLY):
            await by_the_orm(database)
        kept = await pids(database)
        for _ in range(5):
            with pytest.raises(READ_ONLY):
                await by_the_orm(database)
        assert await pids(database) == kept

        monkeypatch.setattr(failover, "PAUSE", 0)
        with pytest.raises(READ_ONLY):
            await by_the_orm(database)
        assert not kept & await pids(database)


async def test_the_probe_looks_where_the_address_leads_now(
    own_server: Server, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.database.availability.probe.CACHE", 0)
    probe = Probe(settings.database, settings.service.name)
    sql = await asyncpg.connect(own_server.url(DATABASE))
    name = f"{settings.service.name} probe"
    probing = f"SELECT pid FROM pg_stat_activity WHERE application_name = '{name}'"

    assert await probe.check()
    (before,) = await sql.fetch(probing)
    async with demoted(own_server):
        assert await probe.check()  # it answers, and reads go on

    assert await probe.check()
    await eventually(lambda: sql.fetch(probing), lambda found: found != [before])
    await probe.close()
    await sql.close()
