"""The pool: it survives what happens to the server, and being busy is not being dead."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database.reader import Reader
from chassis.settings import Settings
from chassis.web.sessions import Session
from tests.chassis.database.asking import ask, ask_reading, assert_problem, checked_out
from tests.chassis.database.terminating import WAIT_MS
from tests.support.clients import Client, client_of, until_ready
from tests.support.composition import StartApp
from tests.support.settings import make_settings
from tools.postgres import Server

KILL_OTHERS = """SELECT pg_terminate_backend(pid, $1) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid()"""


async def read(session: AsyncSession | Reader) -> None:
    await session.execute(text("SELECT 1"))


async def at_once(asking: Any, app: FastAPI, count: int) -> list[int]:
    answers = await asyncio.gather(*(asking(app, read) for _ in range(count)))
    return [answer.status_code for answer in answers]


async def kill_all(sql: Any) -> None:
    await sql.fetch(KILL_OTHERS, WAIT_MS)
    await asyncio.sleep(0)  # the sockets' ends are noticed by the event loop


@pytest.mark.parametrize("asking", [ask, ask_reading])
async def test_connections_that_died_in_the_pool_are_replaced_unnoticed(
    sql: Any, app: FastAPI, asking: Any
) -> None:
    assert await at_once(asking, app, 8) == [200] * 8
    await kill_all(sql)

    assert await at_once(asking, app, 8) == [200] * 8


async def test_more_requests_than_connections_wait_for_their_turn(
    start_app: StartApp, settings: Settings
) -> None:
    patient = settings.database.model_copy(update={"pool_timeout": 60})
    app = await start_app(settings.model_copy(update={"database": patient}))

    assert await at_once(ask, app, 50) == [200] * 50
    assert checked_out(app.state.database) == 0


Busy = Callable[[float], AbstractAsyncContextManager[Client]]


@pytest.fixture
def busy(start_app: StartApp, settings: Settings) -> Busy:
    """A client of an application whose only connection is in use until the block ends."""

    @asynccontextmanager
    async def start(pool_timeout: float) -> AsyncIterator[Client]:
        values = {"pool_size": 1, "pool_timeout": pool_timeout}
        database = settings.database.model_copy(update=values)
        app = await start_app(settings.model_copy(update={"database": database}))

        async def work(session: Session) -> None:
            await read(session)

        app.add_api_route("/work", work, methods=["POST"])
        async with client_of(app) as client, app.state.database.driver_connection():
            yield client

    return start


async def test_an_exhausted_pool_is_told(busy: Busy) -> None:
    async with busy(0.3) as client:
        response = await client.post("/work")

    assert_problem(response, 503, "pool-exhausted", retry_after="1")


async def test_an_exhausted_pool_leaves_health_alone(busy: Busy) -> None:
    async with busy(600) as client, asyncio.TaskGroup() as group:
        waiting = [group.create_task(client.post("/work")) for _ in range(20)]
        live = await client.get("/health/live")
        await until_ready(client)
        answered = [task for task in waiting if task.done()]
        for task in waiting:
            task.cancel()

    assert live.status_code == 200
    assert answered == []


async def test_a_restarted_server_is_used_again_without_a_restart_of_the_service(
    start_app: StartApp, own_server: Server
) -> None:
    app = await start_app(make_settings(database={"url": own_server.url("own")}))
    async with client_of(app) as client:
        assert await at_once(ask, app, 8) == [200] * 8
        assert (await client.get("/health/ready")).status_code == 200

        own_server.stop("immediate")
        try:
            assert_problem(await ask(app, read), 503, "database-unavailable", retry_after="1")
            assert await readiness(client, 503)
        finally:
            own_server.start()

        assert await at_once(ask, app, 8) == [200] * 8
        assert await readiness(client, 200)


async def readiness(client: Client, expected: int) -> bool:
    """Whether it comes to this within some seconds: an answer is kept for one."""
    async with asyncio.timeout(90):
        while (  # noqa: ASYNC110  it is the answer that is waited for
            await client.get("/health/ready")
        ).status_code != expected:
            await asyncio.sleep(0.1)
    return True


async def test_a_rotated_password_is_read_for_the_next_connection(
    start_app: StartApp, own_server: Server, tmp_path: Path
) -> None:
    admin = await asyncpg.connect(own_server.url("own"))
    await admin.execute("DROP ROLE IF EXISTS rotating; CREATE ROLE rotating LOGIN PASSWORD 'old'")
    file = tmp_path / "password"
    file.write_text("old\n")
    url = f"postgresql://rotating:ignored@127.0.0.1:{own_server.port}/own"
    app = await start_app(make_settings(database={"url": url, "password_file": file}))
    assert (await ask(app, read)).status_code == 200

    await admin.execute("ALTER ROLE rotating PASSWORD 'new'")
    assert (await ask(app, read)).status_code == 200  # an open connection stays

    await kill_all(admin)
    await admin.close()
    assert (await ask(app, read)).status_code == 503
    file.write_text("new\n")
    assert (await ask(app, read)).status_code == 200
