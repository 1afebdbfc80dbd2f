"""The primary moves to what was its standby: writes go on within seconds, without a restart."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from time import monotonic
from typing import Any, Self
from urllib.parse import quote

import asyncpg
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from chassis.database.connections.engine import open_connection
from chassis.database.connections.password import Password
from chassis.web.sessions import Session
from tests.chassis.database.availability.failover.moving import DATABASE, address_of, demoted
from tests.chassis.database.availability.standby import execute, standby_of
from tests.support.clients import client_of
from tests.support.composition import StartApp
from tests.support.eventually import eventually
from tests.support.settings import make_settings
from tools.postgres import Server

BUSY = 5
"""Clients that write all the time."""


@pytest.fixture
def standby(own_server: Server) -> Iterator[Server]:
    with standby_of(own_server) as started:
        yield started


@pytest.fixture
async def marks(own_server: Server) -> AsyncIterator[None]:
    await execute(own_server, "CREATE TABLE marks (id int)")
    yield
    await execute(own_server, "SET lock_timeout = '5s'; DROP TABLE marks")


async def promote(standby: Server) -> None:
    """Once it has all of its primary that the test asks for: the table."""
    await eventually(lambda: ask(standby, "SELECT to_regclass('marks') IS NOT NULL"))
    assert await ask(standby, "SELECT pg_promote()")


async def ask(server: Server, question: str) -> Any:
    connection = await asyncpg.connect(server.url(DATABASE))
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


class Writers:
    """Clients of a service; when each answer came, and which."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._stack = AsyncExitStack()
        self.written: list[float] = []
        self.refused: list[float] = []

    async def __aenter__(self) -> Self:
        @self._app.post("/marks")
        async def mark(session: Session) -> int:
            await session.execute(text("INSERT INTO marks VALUES (1)"))
            return int(await session.scalar(text("SELECT inet_server_port()")) or 0)

        client = await self._stack.enter_async_context(client_of(self._app))
        tasks = [asyncio.create_task(self._write(client)) for _ in range(BUSY)]
        self._stack.callback(lambda: [task.cancel() for task in tasks])
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def _write(self, client: Any) -> None:
        while True:
            response = await client.post("/marks")
            assert response.status_code in {200, 503}, response.text
            (self.written if response.is_success else self.refused).append(monotonic())
            await asyncio.sleep(0.02)

    async def until_written(self, count: int = 50) -> None:
        wanted = len(self.written) + count
        await eventually(lambda: len(self.written) >= wanted)


@pytest.mark.usefixtures("marks")
async def test_writes_go_on_when_the_address_has_moved(
    start_app: StartApp, own_server: Server, standby: Server
) -> None:
    async with address_of(own_server) as address:
        app = await start_app(make_settings(database={"url": address.url, "pool_size": 5}))
        async with Writers(app) as writers:
            await writers.until_written()
            async with demoted(own_server):
                await promote(standby)
                await eventually(lambda: writers.refused)
                address.server = standby

                await writers.until_written()

    assert await ask(standby, "SELECT count(*) FROM marks") >= 50


@pytest.mark.usefixtures("marks")
@pytest.mark.parametrize("former", ["demoted", "gone"])
async def test_writes_go_on_when_the_other_server_of_the_address_was_promoted(
    start_app: StartApp, standby: Server, former: str, own_server: Server
) -> None:
    url = address_of_both(own_server, standby, "read-write")
    app = await start_app(make_settings(database={"url": url, "pool_size": 5}))
    async with AsyncExitStack() as stack:
        writers = await stack.enter_async_context(Writers(app))
        await writers.until_written()
        if former == "gone":
            stack.callback(own_server.start)
            await asyncio.to_thread(own_server.stop, "immediate")
        else:
            await stack.enter_async_context(demoted(own_server))
        await eventually(lambda: writers.refused)
        await promote(standby)

        await writers.until_written()

    assert await ask(standby, "SELECT count(*) FROM marks") >= 50


@pytest.mark.parametrize(
    ("wish", "recovering"),
    [("read-write", False), ("primary", False), ("standby", True), ("prefer-standby", True)],
)
async def test_of_two_servers_the_one_that_is_asked_for_is_connected_to(
    own_server: Server, standby: Server, wish: str, recovering: bool
) -> None:
    for servers in ((own_server, standby), (standby, own_server)):
        settings = make_settings(database={"url": address_of_both(*servers, wish)}).database
        connection = await open_connection(settings, "tests", Password(settings))
        assert await connection.fetchval("SELECT pg_is_in_recovery()") is recovering
        await connection.close()


async def test_a_standby_is_preferred_and_not_required(own_server: Server) -> None:
    url = address_of_both(own_server, own_server, "prefer-standby")
    settings = make_settings(database={"url": url}).database
    connection = await open_connection(settings, "tests", Password(settings))

    assert not await connection.fetchval("SELECT pg_is_in_recovery()")
    await connection.close()


def address_of_both(one: Server, other: Server, wish: str) -> str:
    login = f"postgres:{quote(one.password)}"
    hosts = f"127.0.0.1:{one.port},127.0.0.1:{other.port}"
    return f"postgresql://{login}@{hosts}/{DATABASE}?target_session_attrs={wish}"
