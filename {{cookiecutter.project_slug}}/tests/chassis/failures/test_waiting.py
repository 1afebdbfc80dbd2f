"""Requests in each other's way, and requests that take too long."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any

import asyncpg
import httpx
import pytest

from tests.chassis.failures.conftest import Serve
from tests.support.eventually import eventually
from tests.support.load import assert_unavailable_at_worst, load
from tests.support.serving import PATIENCE, Served
from tools.postgres import Server

VALUES = "SELECT value FROM counters WHERE key = ANY($1::int[]) ORDER BY key"


@pytest.fixture
async def holder(own_server: Server, admin: Any) -> AsyncIterator[Any]:
    """In a transaction that holds the lock of counter 3."""
    connection = await asyncpg.connect(own_server.url("own"))
    await connection.execute("BEGIN; UPDATE counters SET value = 10 WHERE key = 3")
    yield connection
    await connection.close()


@pytest.fixture(scope="module")
def patient(serve: Serve) -> Iterator[Served]:
    """For several tests, whose requests wait for locks as long as it takes."""
    with serve(lock_timeout=20) as served:
        yield served


async def values(admin: Any, *keys: int) -> list[int]:
    return [row["value"] for row in await admin.fetch(VALUES, keys)]


async def both(served: Served, one: str, other: str) -> list[httpx.Response]:
    async with httpx.AsyncClient(base_url=served.url, timeout=PATIENCE) as client:
        return list(await asyncio.gather(client.post(one), client.post(other)))


async def ask(served: Served, method: str, path: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=served.url, timeout=PATIENCE) as client:
        return await client.request(method, path)


def because(served: Served) -> set[str | None]:
    """Why something was tried again; the log may follow the answer."""
    return {line["because"] for line in served.lines("trying again")}


def problem(response: httpx.Response) -> tuple[int, str, str | None]:
    return response.status_code, response.json()["type"], response.headers.get("retry-after")


@pytest.mark.parametrize(("path", "retries"), [("/counters/3", 0), ("/retried/counters/3", 4)])
async def test_a_lock_that_is_kept_is_contention(
    serve: Serve, holder: Any, path: str, retries: int
) -> None:
    with serve(lock_timeout=0.1) as served:
        refused = await ask(served, "POST", path)
        read = await ask(served, "GET", path)

        await holder.execute("COMMIT")
        added = await ask(served, "POST", path)

    assert problem(refused) == (503, "/problems/contention", "0")
    assert (read.status_code, read.json()) == (200, 0)
    assert (added.status_code, added.json()) == (200, 11)
    assert [line["because"] for line in served.lines("trying again")] == ["55P03"] * retries


async def test_a_lock_that_is_let_go_of_was_worth_the_retries(serve: Serve, holder: Any) -> None:
    with serve(lock_timeout=0.7) as served:
        asking = asyncio.create_task(ask(served, "POST", "/retried/counters/3"))
        await eventually(lambda: served.lines("trying again"))
        await holder.execute("COMMIT")

        assert ((await asking).status_code, (await asking).json()) == (200, 11)


async def test_a_statement_that_takes_too_long_costs_no_connection(serve: Serve) -> None:
    with serve(statement_timeout=0.3, pool_size=1) as served:
        before = await ask(served, "GET", "/who")
        stopped = [await ask(served, "GET", "/sleep?seconds=60") for _ in range(3)]
        after = await ask(served, "GET", "/who")

    assert {problem(it) for it in stopped} == {(504, "/problems/timeout", None)}
    assert after.json() == before.json()
    assert "Traceback" not in served.log()


async def test_a_deadlock_is_contention_for_one_of_the_two(patient: Served, admin: Any) -> None:
    answers = await both(patient, "/both/1/2", "/both/2/1")

    done, refused = sorted(answers, key=lambda it: it.status_code)
    assert done.status_code == 200
    assert problem(refused) == (503, "/problems/contention", "0")
    assert await values(admin, 1, 2) == [1, 1]


async def test_a_deadlock_of_work_that_may_run_again_ends_with_both_done(
    patient: Served, admin: Any
) -> None:
    answers = await both(patient, "/retried/both/1/2", "/retried/both/2/1")

    assert [it.status_code for it in answers] == [200, 200]
    assert sum(it.json() for it in answers) > 2
    await eventually(partial(because, patient), lambda told: "40P01" in told)
    assert await values(admin, 1, 2) == [2, 2]


async def test_work_that_excludes_each_other_is_done_one_after_the_other(
    patient: Served, admin: Any
) -> None:
    answers = await both(patient, "/retried/serializable/1", "/retried/serializable/2")

    assert [it.status_code for it in answers] == [200, 200]
    assert sum(it.json() for it in answers) > 2
    await eventually(partial(because, patient), lambda told: "40001" in told)
    assert await values(admin, 1, 2) == [1, 1]


@pytest.mark.no_cover  # other tests cover it; measured, it would take thrice as long
async def test_a_migration_under_load_is_contention_at_worst(patient: Served, admin: Any) -> None:
    async def read(client: httpx.AsyncClient) -> httpx.Response:
        return await client.get("/counters/1")

    async def add(client: httpx.AsyncClient) -> httpx.Response:
        return await client.post("/counters/2")

    async def read_again(client: httpx.AsyncClient) -> httpx.Response:
        return await client.get("/retried/counters/1")

    async def add_again(client: httpx.AsyncClient) -> httpx.Response:
        return await client.post("/retried/counters/3")

    async with load(patient.url, read, add, read_again, add_again) as told:
        for kind in ("bigint", "integer") * 4:
            await told.more(50)
            await admin.execute(f"ALTER TABLE counters ALTER COLUMN value TYPE {kind}")
        await told.more(50)

    assert_unavailable_at_worst(told.answers)
    assert {it.problem for it in told.failed()} == {"/problems/contention"}
    assert {it.request for it in told.failed()} <= {"read", "add"}
    await eventually(partial(because, patient), lambda told: None in told)
    assert await values(admin, 2, 3) == [told.succeeded("add"), told.succeeded("add_again")]
    assert "Traceback" not in patient.log()
