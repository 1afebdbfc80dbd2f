"""Requests sent again to other processes of the service, over real sockets."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from httpx import AsyncClient, TransportError

from tests.chassis.database.idempotency.posting import made, post
from tests.support.serving import serving, until


@pytest.fixture
async def clients(marks: Any, database_url: str) -> AsyncIterator[list[AsyncClient]]:
    """Of two processes on the same database."""
    async with AsyncExitStack() as stack:
        env = {"DATABASE_URL": database_url}
        servers = [
            stack.enter_context(
                serving("tests.chassis.database.idempotency.keeping:create_app", env=env)
            )
            for _ in range(2)
        ]
        yield [
            await stack.enter_async_context(AsyncClient(base_url=it.url, timeout=60))
            for it in servers
        ]


async def test_of_parallel_duplicates_at_two_processes_one_is_done(
    clients: list[AsyncClient], marks: Any
) -> None:
    responses = await asyncio.gather(*(post(clients[number % 2]) for number in range(20)))

    assert {(r.status_code, r.content) for r in responses} == {(201, responses[0].content)}
    assert sum("idempotent-replayed" in r.headers for r in responses) == 19
    assert len({r.headers["x-request-id"] for r in responses}) == 20
    assert await made(marks) == 1


async def test_work_that_died_with_its_process_is_done_by_another(
    clients: list[AsyncClient], marks: Any, database_url: str
) -> None:
    factory = "tests.chassis.database.idempotency.keeping:create_stopping_app"
    env = {"DATABASE_URL": database_url}
    with serving(factory, env=env) as doomed:
        async with AsyncClient(base_url=doomed.url, timeout=60) as client:
            sent = asyncio.create_task(post(client))
            assert await asyncio.to_thread(until, lambda: "work begun" in doomed.log())
            await asyncio.to_thread(doomed.stop, signal.SIGKILL)
            with pytest.raises(TransportError):
                await sent

    first, again = await post(clients[0]), await post(clients[1])

    assert (first.status_code, again.content) == (201, first.content)
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert await made(marks) == 1
