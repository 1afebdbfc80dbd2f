"""A hundred clients read answers that go on, over sockets, from a service with two connections."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import asyncpg

from tests.chassis.llm.upstream import silent_after, upstream
from tests.chassis.web.streams.reading import BUSY, TERMINATED, Event, events_of, streaming
from tests.support.eventually import eventually
from tests.support.serving import serving

MANY = 100
FOR_EVER = "600"
STOPPING = ("error", "/problems/stopping")
ENV = {
    "DATABASE_POOL_SIZE": "2",
    "LLM_CONCURRENCY": str(MANY),
    "LLM_CALLS_PER_MINUTE": "0",
    "LLM_FIRST_TOKEN_TIMEOUT": FOR_EVER,
    "LLM_TOKEN_GAP": FOR_EVER,
    "LLM_ANSWER_TIMEOUT": FOR_EVER,
    "SERVER_GRACEFUL_TIMEOUT": "60",
}


async def test_they_hold_no_connection_and_all_have_their_word_when_it_stops(
    database_url: str, sql: asyncpg.Connection
) -> None:
    async with upstream(silent_after("Well")) as server:
        env = ENV | {"DATABASE_URL": database_url, "LLM_BASE_URL": server.url}
        with serving("tests.chassis.llm.application:create_hasty_app", env=env) as served:
            async with AsyncExitStack() as stack:
                streams = []
                for _ in range(MANY):
                    response = await stack.enter_async_context(streaming(served, "/said"))
                    streams.append(events_of(response))
                assert {(await anext(events)).data for events in streams} == {"Well"}
                assert server.open == MANY

                await eventually(lambda: sql.fetchval(BUSY), lambda busy: busy == 0)

                served.process.send_signal(signal.SIGTERM)
                rest = await asyncio.gather(*map(left, streams))
            assert {(last.name, last.data["type"]) for (last,) in rest} == {STOPPING}
            assert served.wait() in TERMINATED
        await eventually(lambda: server.open == 0)


async def left(events: AsyncIterator[Event]) -> list[Event]:
    return [event async for event in events]
