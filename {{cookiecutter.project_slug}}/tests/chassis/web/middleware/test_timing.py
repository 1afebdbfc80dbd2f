"""How long a response took to start, for whoever called."""

import asyncio
import re
import time
from collections.abc import AsyncIterator

from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from chassis.web.middleware.timing import TimingMiddleware
from tests.support.clients import client_of


async def test_the_time_is_told_in_seconds_with_four_decimals() -> None:
    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(0.05)
        await PlainTextResponse("done")(scope, receive, send)

    async with client_of(TimingMiddleware(slow)) as client:
        told = (await client.get("/")).headers["x-response-time"]

    assert re.fullmatch(r"\d+\.\d{4}s", told)
    assert 0.05 <= float(told.removesuffix("s")) < 30


async def test_of_a_stream_it_is_the_time_to_its_start() -> None:
    async def parts() -> AsyncIterator[str]:
        await asyncio.sleep(0.2)
        yield "done"

    started = time.perf_counter()
    async with client_of(TimingMiddleware(StreamingResponse(parts()))) as client:
        told = (await client.get("/")).headers["x-response-time"]
    taken = time.perf_counter() - started

    assert float(told.removesuffix("s")) < taken - 0.15
