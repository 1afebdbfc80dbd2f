"""What fails before the first item is answered with its status."""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI
from fastapi.sse import EventSourceResponse

from chassis.problems import Unavailable
from chassis.web.streams.beginning import begun
from chassis.web.streams.stream import Stream
from tests.chassis.web.streams.reading import Event, all_events
from tests.support.clients import Client

ENDS: list[str] = []


async def numbers(until: int) -> AsyncGenerator[int, None]:
    if until < 0:
        raise Unavailable
    try:
        for number in range(until):
            yield number
    finally:
        ENDS.append("closed")


async def opened(until: int) -> AsyncIterator[AsyncIterator[int]]:
    async with begun(numbers(until)) as items:
        yield items


@pytest.fixture(autouse=True)
def _feed(app: FastAPI) -> None:
    ENDS.clear()

    async def route(
        items: Annotated[AsyncIterator[int], Depends(opened)], stream: Stream
    ) -> AsyncIterator[object]:
        async for event in stream(items):
            yield event

    app.get("/feed", response_class=EventSourceResponse)(route)


@pytest.mark.parametrize("until", [0, 1, 3])
async def test_what_has_begun_is_told_from_its_first_item(client: Client, until: int) -> None:
    events = await all_events(await client.get(f"/feed?until={until}"))

    assert events == [*(Event("message", it) for it in range(until)), Event("done", {})]
    assert ENDS == ["closed"]


async def test_what_does_not_begin_is_a_problem(client: Client) -> None:
    response = await client.get("/feed?until=-1")

    assert response.status_code == 503
    assert response.json()["type"] == "/problems/unavailable"


async def test_what_nobody_takes_is_closed() -> None:
    async with begun(numbers(3)):
        pass

    assert ENDS == ["closed"]
