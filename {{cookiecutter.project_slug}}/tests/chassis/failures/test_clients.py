"""Clients that ask for too much, clients that go away, and workers that share nothing."""

import asyncio
import os
import socket
import struct
from collections import defaultdict
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.chassis.failures.conftest import Serve
from tests.support.eventually import eventually
from tests.support.load import load
from tests.support.serving import PATIENCE, until
from tests.support.standing import at_rest

LOCKED_OUT = "SELECT count(*) FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted"
IDLE = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"


async def test_an_exhausted_pool_is_told_soon_and_who_has_a_connection_goes_on(
    serve: Serve, admin: Any
) -> None:
    with serve(pool_size=2, pool_timeout=0.3, lock_timeout=0, statement_timeout=25) as served:
        async with httpx.AsyncClient(base_url=served.url, timeout=PATIENCE) as client:
            async with admin.transaction():
                await admin.execute("SELECT * FROM counters FOR UPDATE")
                waiting = [asyncio.create_task(client.post(f"/counters/{n}")) for n in range(2)]
                await eventually(lambda: admin.fetchval(LOCKED_OUT), lambda count: count == 2)

                refused = await asyncio.gather(*(client.get("/counters/1") for _ in range(20)))
                live = await client.get("/health/live")

            waited = await asyncio.gather(*waiting)
            read = [await client.get("/counters/1") for _ in range(20)]

    kinds = {(it.status_code, it.json()["type"], it.headers["retry-after"]) for it in refused}
    assert kinds == {(503, "/problems/pool-exhausted", "1")}
    assert live.status_code == 200
    assert {it.status_code for it in (*waited, *read)} == {200}
    assert "Traceback" not in served.log()


def reset(url: str, path: str) -> None:
    """Send a request, and break the connection before the answer."""
    server = urlsplit(url)
    with socket.create_connection((server.hostname, server.port)) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: test\r\n\r\n".encode())
        at_once = struct.pack("ii", 1, 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)


async def test_clients_that_go_away_leave_nothing_behind(serve: Serve, admin: Any) -> None:
    with serve(pool_size=4, pool_timeout=20) as served:
        for _ in range(20):
            reset(served.url, "/sleep?seconds=0.2")
        assert until(lambda: served.lines("asleep"))

        async with httpx.AsyncClient(base_url=served.url, timeout=PATIENCE) as client:
            read = await asyncio.gather(*(client.get("/counters/1") for _ in range(20)))
        assert {it.status_code for it in read} == {200}

        assert await at_rest(served.url)
        await eventually(lambda: admin.fetchval(IDLE), lambda count: count == 0)
    assert "Traceback" not in served.log()


async def test_workers_share_no_connection(serve: Serve) -> None:
    backends: dict[int, set[int]] = defaultdict(set)

    async def who(client: httpx.AsyncClient) -> httpx.Response:
        # On a connection of its own: any worker gets it.
        response = await client.get("/who", headers={"Connection": "close"})
        worker, backend = response.json()
        backends[worker].add(backend)
        return response

    with serve(workers=2) as served:
        async with load(served.url, who, clients=16) as told:
            while len(backends) < 2:
                await told.more(1)
            await told.more(120)

    assert told.failed() == []
    assert os.getpid() not in backends
    one, other = backends.values()
    assert one
    assert other
    assert one & other == set()
