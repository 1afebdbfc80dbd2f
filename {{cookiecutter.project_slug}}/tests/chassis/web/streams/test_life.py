"""Streams over a real socket: who leaves, who stays silent, and the end of the service."""

import signal
from contextlib import AsyncExitStack

import asyncpg
import pytest

from tests.chassis.web.streams.reading import (
    BUSY,
    TERMINATED,
    Event,
    all_events,
    events_of,
    streaming,
)
from tests.support.eventually import eventually
from tests.support.serving import serving

APP = "tests.chassis.web.streams.served_streams:create_app"
LIVELY_APP = "tests.chassis.web.streams.served_streams:create_lively_app"
FOR_EVER = "600"
MANY = 100


@pytest.fixture
def env(database_url: str) -> dict[str, str]:
    return {"DATABASE_URL": database_url, "LOG_FORMAT": "json"}


@pytest.mark.parametrize("path", ["endless", "begun"])
async def test_a_source_ends_when_the_client_leaves(env: dict[str, str], path: str) -> None:
    with serving(APP, env=env) as served:
        async with streaming(served, f"/streams/{path}?seconds={FOR_EVER}") as response:
            assert await anext(events_of(response)) == Event("message", "tick")
            assert not served.lines("source ended")

        await eventually(lambda: served.lines("source ended"))


async def test_a_silent_stream_shows_that_it_lives(env: dict[str, str]) -> None:
    with serving(LIVELY_APP, env=env) as served:
        async with streaming(served, f"/streams/endless?seconds={FOR_EVER}") as response:
            lines = response.aiter_lines()
            assert [await anext(lines) for _ in range(4)] == ['data: "tick"', "", ": ping", ""]


async def test_without_an_end_of_its_own_it_ends_when_the_drain_begins(
    env: dict[str, str],
) -> None:
    env["SERVER_DRAIN_SECONDS"] = "0.2"
    with serving(APP, env=env) as served:
        async with AsyncExitStack() as stack:
            path = f"/streams/begun?seconds={FOR_EVER}"
            open_ones = [await stack.enter_async_context(streaming(served, path)) for _ in range(9)]
            streams = [events_of(response) for response in open_ones]
            assert {(await anext(events)).name for events in streams} == {"message"}

            served.process.send_signal(signal.SIGTERM)

            for events in streams:
                (last,) = [event async for event in events]
                assert (last.name, last.data["type"]) == ("error", "/problems/stopping")
                assert last.retry == "1000"
        assert served.wait() in TERMINATED
        assert len(served.lines("source ended")) == len(streams)


async def test_with_an_end_of_its_own_it_goes_on(env: dict[str, str]) -> None:
    env["SERVER_GRACEFUL_TIMEOUT"] = FOR_EVER
    with serving(APP, env=env) as served:
        async with streaming(served, "/streams/counted?until=5") as response:
            events = events_of(response)
            assert await anext(events) == Event("message", 0)

            served.process.send_signal(signal.SIGTERM)

            rest = [event async for event in events]
            assert rest == [*(Event("message", it) for it in range(1, 5)), Event("done", {})]
        assert served.wait() in TERMINATED


async def test_but_has_its_last_word_before_it_would_be_cut_off(env: dict[str, str]) -> None:
    env["SERVER_GRACEFUL_TIMEOUT"] = "1"
    with serving(APP, env=env) as served:
        async with streaming(served, "/streams/counted?until=10000") as response:
            events = events_of(response)
            await anext(events)

            served.process.send_signal(signal.SIGTERM)

            last = [event async for event in events][-1]
            assert (last.name, last.data["type"]) == ("error", "/problems/stopping")
        assert served.wait() in TERMINATED


async def test_open_streams_hold_no_connection(
    env: dict[str, str], sql: asyncpg.Connection
) -> None:
    env["DATABASE_POOL_SIZE"] = "2"
    with serving(APP, env=env) as served:
        async with AsyncExitStack() as stack:
            path = f"/streams/endless?seconds={FOR_EVER}"
            for _ in range(MANY):
                response = await stack.enter_async_context(streaming(served, path))
                await anext(events_of(response))

            await eventually(lambda: sql.fetchval(BUSY), lambda busy: busy == 0)
            async with streaming(served, "/streams/counted?until=2") as response:
                assert (await all_events(response))[-1].name == "done"
