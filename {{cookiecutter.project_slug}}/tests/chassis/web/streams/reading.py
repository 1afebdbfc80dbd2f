"""Reads a stream of events as a client does."""

import json
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import httpx


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
