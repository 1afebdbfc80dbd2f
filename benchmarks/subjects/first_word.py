"""Milliseconds to the first word of a model; runs in a service with the part.

Arguments: the port of the model, that of the service that asks it, and how many calls make a
round. Prints JSON: the rounds of each way, and the milliseconds from a client that leaves the
service to the service that leaves the model.
"""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing

import httpx2
import openai

ROUNDS = 9
TASK, TEXT, SILENT = "Summarise this text in a few sentences.", "The lamp is on.", "Say no more."
MESSAGES = [{"role": "system", "content": TASK}, {"role": "user", "content": TEXT}]
ASKED = {"model": "small", "messages": MESSAGES, "stream": True}
SDK, SERVICE, HTTP = "bare openai SDK", "this service", "bare httpx2"
Words = Callable[[], AsyncIterator[object]]


def by_sdk(client: openai.AsyncOpenAI) -> Words:
    async def words() -> AsyncIterator[object]:
        stream = await client.chat.completions.create(
            **ASKED, stream_options={"include_usage": True}
        )
        async with stream:
            async for chunk in stream:
                if chunk.choices:
                    yield chunk.choices[0].delta.content

    return words


def by_http(client: httpx2.AsyncClient, url: str, body: object) -> Words:
    async def words() -> AsyncIterator[object]:
        async with client.stream("POST", url, json=body) as response:
            response.raise_for_status()
            async for line in response.aiter_lines():
                if line.startswith("data:"):
                    yield line

    return words


async def milliseconds(words: Words, calls: int) -> float:
    """The median of a round; each stream is read to its end, which keeps its connection."""
    found = []
    for _ in range(calls):
        started = time.perf_counter()
        said = words()
        await anext(said)
        found.append((time.perf_counter() - started) * 1e3)
        async for _ in said:
            pass
    return statistics.median(found)


async def leaving(client: httpx2.AsyncClient, model: str, service: str) -> float:
    words = by_http(client, service, {"text": SILENT})()
    async with aclosing(words):
        await anext(words)
        left = time.monotonic()
    while (hung_up := (await client.get(f"{model}/hung-up")).json()) < left:  # noqa: ASYNC110  it is in another process
        await asyncio.sleep(0.002)
    return float(hung_up - left) * 1e3


async def main(model_port: str, service_port: str, calls: int) -> None:
    model = f"http://127.0.0.1:{model_port}"
    service = f"http://127.0.0.1:{service_port}/v1/analyses/stream"
    sdk = openai.AsyncOpenAI(base_url=f"{model}/v1", api_key="none", max_retries=0)
    async with httpx2.AsyncClient(timeout=30) as client, sdk:
        ways = {
            SDK: by_sdk(sdk),
            SERVICE: by_http(client, service, {"text": TEXT}),
            HTTP: by_http(client, f"{model}/v1/chat/completions", ASKED),
        }
        found: dict[str, list[float]] = {name: [] for name in ways}
        for number in range(ROUNDS + 1):
            for name in ways if number % 2 else reversed(ways):
                found[name].append(await milliseconds(ways[name], calls))
        ends = [await leaving(client, model, service) for _ in range(calls)]
    print(json.dumps([{name: rounds[1:] for name, rounds in found.items()}, ends]))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
