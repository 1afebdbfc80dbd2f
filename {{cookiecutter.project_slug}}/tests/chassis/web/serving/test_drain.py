"""The state of a service that is about to stop, and what may not be closed under it."""

import asyncio

import structlog
from fastapi import FastAPI

from chassis.web.serving.drain import Drain
from tests.support.clients import Client


async def test_a_service_that_nobody_stops_does_not_drain(app: FastAPI, client: Client) -> None:
    assert not app.state.drain.is_set()
    assert (await client.get("/health/ready")).json() == {"status": "ok"}


async def test_who_waits_is_told() -> None:
    drain = Drain()
    waiting = asyncio.create_task(drain.wait())
    await asyncio.sleep(0)
    assert not waiting.done()

    drain.begin()

    await waiting
    assert drain.is_set()


async def test_it_waits_until_the_last_request_has_unwound() -> None:
    drain, unwound = Drain(), []

    async def request() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.1)
            unwound.append("request")
            drain.ended(task)

    task = asyncio.create_task(request())
    drain.begun(task)
    await asyncio.sleep(0)
    drain.cut_off()
    await drain.finish()

    assert unwound == ["request"]
    assert task.cancelled()


async def test_it_does_not_wait_for_ever_and_says_so() -> None:
    drain = Drain()

    async def request() -> None:
        await asyncio.Event().wait()

    tasks = [asyncio.create_task(request()) for _ in range(2)]
    for task in tasks:
        drain.begun(task)
    await asyncio.sleep(0)
    with structlog.testing.capture_logs() as lines:
        await drain.finish(within=0.01)

    (line,) = lines
    assert (line["event"], line["requests"], line["log_level"]) == (
        "closing under requests that do not end",
        2,
        "warning",
    )
    for task in tasks:
        task.cancel()


async def test_without_requests_it_does_not_wait() -> None:
    with structlog.testing.capture_logs() as lines:
        await Drain().finish()

    assert lines == []
