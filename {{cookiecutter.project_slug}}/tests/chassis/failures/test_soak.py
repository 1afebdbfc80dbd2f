"""A soak of the service without any feature."""

from typing import Any

import httpx
import pytest

from tests.chassis.failures.conftest import Serve
from tests.support.soaking import POOL, soak


async def read(client: httpx.AsyncClient) -> httpx.Response:
    return await client.get("/counters/1")


async def add(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post("/counters/2")


async def add_again(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post("/retried/counters/3")


async def sleep(client: httpx.AsyncClient) -> httpx.Response:
    return await client.get("/sleep?seconds=0.05")


async def test_a_soak_of_counters_loses_nothing(
    serve: Serve, admin: Any, pytestconfig: pytest.Config
) -> None:
    with serve(pool_size=POOL) as served:
        seconds = pytestconfig.getoption("soak")
        told = await soak(served, admin, seconds, read, add, add_again, sleep)

    stored = await admin.fetchval("SELECT sum(value) FROM counters WHERE key IN (2, 3)")
    added = told.succeeded("add") + told.succeeded("add_again")
    assert added <= stored <= added + told.unknown()
