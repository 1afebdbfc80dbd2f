"""A stream ends with a word, whatever happens to its source."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.sse import EventSourceResponse, ServerSentEvent

from chassis.problems import Conflict, Unavailable
from chassis.web.streams.stream import EventStream, Stream
from chassis.web.streams.words import done
from tests.chassis.web.streams.reading import Event, all_events
from tests.support.clients import Client
from tests.support.composition import ReadLog

Source = Callable[[], AsyncIterator[Any]]


async def told() -> AsyncIterator[Any]:
    yield {"number": 1}
    yield ServerSentEvent(event="count", data=2, id="b")


async def with_a_word_of_its_own() -> AsyncIterator[Any]:
    yield done({"total": 3})


async def nothing() -> AsyncIterator[Any]:
    for item in list[int]():
        yield item


async def refused() -> AsyncIterator[Any]:
    yield 1
    raise Conflict


async def busy() -> AsyncIterator[Any]:
    yield 1
    raise Unavailable(retry_after=7)


async def broken() -> AsyncIterator[Any]:
    yield 1
    message = "the text of an exception"
    raise RuntimeError(message)


async def too_slow() -> AsyncIterator[Any]:
    yield 1
    async with asyncio.timeout(0):
        await asyncio.Event().wait()


async def strayed() -> AsyncIterator[Any]:
    yield 1
    raise asyncio.CancelledError


@pytest.fixture
def read(app: FastAPI, client: Client) -> Callable[[Source], Any]:
    async def read(source: Source) -> list[Event]:
        async def route(stream: Stream) -> AsyncIterator[Any]:
            async for event in stream(source()):
                yield event

        app.get("/feed", response_class=EventSourceResponse)(route)
        response = await client.get("/feed")
        assert response.headers["content-type"].startswith("text/event-stream")
        return await all_events(response)

    return read


async def test_it_ends_with_done(read: Callable[[Source], Any]) -> None:
    assert await read(told) == [
        Event("message", {"number": 1}),
        Event("count", 2, "b"),
        Event("done", {}),
    ]


async def test_a_source_may_say_the_last_word_itself(read: Callable[[Source], Any]) -> None:
    assert await read(with_a_word_of_its_own) == [Event("done", {"total": 3})]


async def test_a_source_without_anything_is_done(read: Callable[[Source], Any]) -> None:
    assert await read(nothing) == [Event("done", {})]


@pytest.mark.parametrize(
    ("source", "problem", "status"),
    [
        (refused, "conflict", 409),
        (busy, "unavailable", 503),
        (broken, "internal-error", 500),
        (too_slow, "timeout", 504),
        (strayed, "internal-error", 500),
    ],
)
async def test_it_ends_with_the_problem_that_a_response_would_be(
    read: Callable[[Source], Any], read_log: ReadLog, source: Source, problem: str, status: int
) -> None:
    _, last = await read(source)

    assert (last.name, last.data["status"]) == ("error", status)
    assert last.data["type"] == f"/problems/{problem}"
    assert last.data["instance"] == "/feed"
    assert last.data["request_id"]
    (line,) = read_log("request")
    assert line["problem"] == f"/problems/{problem}"


async def test_a_client_is_told_when_to_come_back(read: Callable[[Source], Any]) -> None:
    _, last = await read(busy)

    assert last.retry == "7000"


async def test_a_defect_is_logged_once_and_not_told(
    read: Callable[[Source], Any], read_log: ReadLog
) -> None:
    _, last = await read(broken)

    assert "the text of an exception" not in str(last)
    assert len(read_log("unhandled error")) == 1


async def test_a_source_is_closed_at_once_when_nobody_takes_its_items_any_more(
    app: FastAPI,
) -> None:
    ends = []

    async def endless() -> AsyncGenerator[int, None]:
        try:
            while True:
                yield 1
        finally:
            ends.append("closed")

    stream = EventStream({"type": "http", "app": app}, app.state.drain, 20)
    items = stream(endless())
    await anext(items)
    await items.aclose()

    assert ends == ["closed"]


async def test_a_source_that_cannot_be_closed_is_fine(app: FastAPI) -> None:
    class Twice:
        left = 2

        def __aiter__(self) -> "Twice":
            return self

        async def __anext__(self) -> int:
            if not self.left:
                raise StopAsyncIteration
            self.left -= 1
            return self.left

    stream = EventStream({"type": "http", "app": app}, app.state.drain, 20)
    assert [item async for item in stream(Twice())] == [1, 0, done()]
