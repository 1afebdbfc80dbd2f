"""CPU time of a call to another service, by each client; runs in the service's environment.

What is called is a process of its own, which answers with 0.3 KB of JSON and keeps connections.
"""

import asyncio
import json
import multiprocessing
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection
from typing import cast

import aiohttp
import httpx
import uvloop
from chassis.outbound.observation import Observation
from chassis.outbound.opening import outbound
from chassis.settings.outbound import OutboundSettings
from pydantic import BaseModel

CALLS, ROUNDS = 640, 9
AT_ONCE = (1, 16, 64)
OURS, BARE, HTTPX = "chassis/outbound", "bare aiohttp", "httpx"


class Item(BaseModel):
    number: int
    words: str


BODY = Item(number=7, words="x" * 270).model_dump_json().encode()
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
    len(BODY),
    BODY,
)
Call = Callable[[], Awaitable[Item]]


class Upstream(asyncio.Protocol):
    """Each request comes in one piece."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, _: bytes) -> None:
        self.transport.write(ANSWER)


async def serve(told: Connection) -> None:
    server = await asyncio.get_running_loop().create_server(Upstream, "127.0.0.1", 0)
    told.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


@asynccontextmanager
async def ours(url: str) -> AsyncIterator[Call]:
    settings = OutboundSettings.model_validate({"upstreams": {"items": url}, "connections": 64})
    observe = lambda name, _: Observation(name)  # noqa: E731
    async with outbound(settings, "benchmark", observe) as opened:
        items = opened.upstreams["items"]
        yield lambda: items.get("/items/7", read_as=Item)


@asynccontextmanager
async def bare_aiohttp(url: str) -> AsyncIterator[Call]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:

        async def call() -> Item:
            async with session.get(f"{url}/items/7") as response:
                response.raise_for_status()
                return Item.model_validate_json(await response.read())

        yield call


@asynccontextmanager
async def bare_httpx(url: str) -> AsyncIterator[Call]:
    async with httpx.AsyncClient(base_url=url, timeout=5) as client:

        async def call() -> Item:
            response = await client.get("/items/7")
            response.raise_for_status()
            return Item.model_validate_json(response.content)

        yield call


WAYS = {OURS: ours, BARE: bare_aiohttp, HTTPX: bare_httpx}


async def microseconds(call: Call, at_once: int) -> float:
    async def several() -> None:
        for _ in range(CALLS // at_once):
            await call()

    before = time.process_time()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(at_once):
            tasks.create_task(several())
    return (time.process_time() - before) / (CALLS // at_once * at_once) * 1e6


async def compare(url: str) -> None:
    """Print a line of JSON for each way and number of calls at once: the rounds, in µs of CPU."""
    async with ours(url) as first, bare_aiohttp(url) as second, bare_httpx(url) as third:
        calls = dict(zip(WAYS, (first, second, third), strict=True))
        for at_once in AT_ONCE:
            found: dict[str, list[float]] = {name: [] for name in calls}
            for number in range(ROUNDS + 1):
                for name in calls if number % 2 else reversed(calls):
                    found[name].append(await microseconds(calls[name], at_once))
            for name, rounds in found.items():
                print(json.dumps([name, at_once, rounds[1:]]), flush=True)


def main() -> None:
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=lambda: uvloop.run(serve(there)), daemon=True)
    process.start()
    try:
        uvloop.run(compare(f"http://127.0.0.1:{here.recv()}"))
    finally:
        process.terminate()
        process.join()


if __name__ == "__main__":
    main()
