"""Reads a stream of events as a client does."""

import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import httpx

from tests.support.serving import PATIENCE, Served

TERMINATED = {0, 143, -signal.SIGTERM}
"""How a service ends that was told to."""
BUSY = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name <> '' AND state <> 'idle'
"""
"""How many connections of a service are held: the tests' own have no name."""


class Event(NamedTuple):
    name: str
    data: Any
    id: str | None = None
    retry: str | None = None


async def events_of(response: httpx.Response) -> AsyncIterator[Event]:
    """Those of a whole response, or of one that is still coming."""
    fields: dict[str, str] = {}
    async for line in response.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "data" in fields:
            data = json.loads(fields["data"])
            yield Event(fields.get("event", "message"), data, fields.get("id"), fields.get("retry"))
            fields = {}
        else:
            fields = {}


async def all_events(response: httpx.Response) -> list[Event]:
    return [event async for event in events_of(response)]


@asynccontextmanager
async def streaming(served: Served, path: str) -> AsyncIterator[httpx.Response]:
    """On a connection of its own."""
    async with (
        httpx.AsyncClient(base_url=served.url, timeout=PATIENCE) as client,
        client.stream("GET", path) as response,
    ):
        yield response
