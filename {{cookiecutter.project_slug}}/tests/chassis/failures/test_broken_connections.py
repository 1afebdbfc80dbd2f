"""The server restarts, or ends every connection, while clients go on calling."""

import asyncio
import time
from typing import Any

import asyncpg
import httpx
import pytest

from tests.chassis.failures.conftest import Serve
from tests.support.eventually import eventually
from tests.support.load import assert_unavailable_at_worst, load
from tests.support.serving import PATIENCE
from tests.support.standing import at_rest, readiness
from tools.postgres import Server
from tools.postgres.server import StopMode

KILL_OTHERS = """SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid()"""

LEFT = "SELECT count(*) FROM pg_stat_activity WHERE pid = ANY($1::int[])"
OTHERS = """SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()"""


async def read(client: httpx.AsyncClient) -> httpx.Response:
    return await client.get("/counters/1")


async def add(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post("/counters/2")


@pytest.mark.parametrize("mode", ["fast", "immediate"])
async def test_a_restart_fails_only_what_meets_it(
    serve: Serve, own_server: Server, mode: StopMode
) -> None:
    with serve() as served:
        async with load(served.url, read, add) as told:
            await told.more(100)
            assert await readiness(served.url, 200)
            gone = time.monotonic()
            await asyncio.to_thread(own_server.stop, mode)
            try:
                assert await readiness(served.url, 503)
            finally:
                await asyncio.to_thread(own_server.start)
            back = time.monotonic()
            assert await readiness(served.url, 200)
            await told.more(100)

        assert_unavailable_at_worst(told.answers)
        assert told.failed()
        assert {it for it in told.failed() if it.began + it.seconds < gone} == set()
        assert told.failed(since=back) == []
        assert await at_rest(served.url)

    admin = await asyncpg.connect(own_server.url("own"))
    stored = await admin.fetchval("SELECT value FROM counters WHERE key = 2")
    await admin.close()
    assert told.succeeded("add") <= stored <= told.succeeded("add") + told.unknown()
    assert "Traceback" not in served.log()


@pytest.mark.no_cover  # other tests cover it; measured, it would take thrice as long
@pytest.mark.parametrize("workers", [1, 2])
async def test_connections_that_are_ended_over_and_over_fail_only_what_meets_it(
    serve: Serve, admin: Any, workers: int
) -> None:
    with serve(workers=workers) as served:
        async with load(served.url, read, add) as told:
            for _ in range(20):
                await told.more(30)
                ended = [row["pid"] for row in await admin.fetch(KILL_OTHERS)]
            await eventually(lambda: admin.fetchval(LEFT, ended), lambda left: left == 0)
            await told.more(20)  # and the service has noticed
            after = time.monotonic()
            await told.more(100)

        assert_unavailable_at_worst(told.answers)
        assert told.failed(since=after) == []
        assert await at_rest(served.url)
        assert await readiness(served.url, 200)

    stored = await admin.fetchval("SELECT value FROM counters WHERE key = 2")
    assert told.succeeded("add") <= stored <= told.succeeded("add") + told.unknown()
    assert "Traceback" not in served.log()


async def test_connections_that_are_ended_while_nobody_asks_fail_nothing(
    serve: Serve, admin: Any
) -> None:
    with serve() as served:
        async with httpx.AsyncClient(base_url=served.url, timeout=PATIENCE) as client:
            for _ in range(3):
                answers = await asyncio.gather(*(add(client) for _ in range(8)))
                assert {it.status_code for it in answers} == {200}

                await admin.fetch(KILL_OTHERS)
                await eventually(lambda: admin.fetchval(OTHERS), lambda count: count == 0)
