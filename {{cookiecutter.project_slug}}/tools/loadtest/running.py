"""Clients that ask one question after the other, and somebody who watches the pool meanwhile."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tools.loadtest.plan import Ask, Plan

FAILED = 0
"""Instead of a status, where no answer came."""
CREATED = 201


@dataclass(frozen=True)
class Answer:
    name: str
    status: int
    began: float
    """Seconds since the start."""
    seconds: float


@dataclass
class Result:
    answers: list[Answer] = field(default_factory=list)
    pool: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    """The pool of one process of the service, with the seconds since the start."""


async def run(url: str, plan: Plan, *, clients: int, seconds: float) -> Result:
    result = Result()
    limits = httpx.Limits(max_connections=clients + 1, max_keepalive_connections=clients + 1)
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=60) as http:
        await _find_what_exists(http, plan)
        started = time.perf_counter()
        async with _watching_pool(http, result, started):
            work = (_client(http, plan, result, started, seconds) for _ in range(clients))
            await asyncio.gather(*work)
    return result


async def _find_what_exists(http: httpx.AsyncClient, plan: Plan) -> None:
    for resource in plan.resources:
        if resource.lists:
            listed = (await http.get(resource.path)).raise_for_status().json()
            for item in listed.get("items", ()):
                resource.remember(item["id"])


async def _client(
    http: httpx.AsyncClient, plan: Plan, result: Result, started: float, seconds: float
) -> None:
    """One asks at least once: a busy machine may take all the time to begin."""
    began = time.perf_counter()
    while not result.answers or began - started < seconds:
        ask = plan.next()
        status = await _send(http, ask)
        ended = time.perf_counter()
        result.answers.append(Answer(ask.name, status, began - started, ended - began))
        began = ended


async def _send(http: httpx.AsyncClient, ask: Ask) -> int:
    try:
        response = await http.request(ask.method, ask.path, json=ask.body)
    except httpx.TransportError:
        return FAILED
    if response.status_code == CREATED:
        ask.resource.remember(response.json()["id"])
    return response.status_code


@asynccontextmanager
async def _watching_pool(
    http: httpx.AsyncClient, result: Result, started: float
) -> AsyncIterator[None]:
    async def watch() -> None:
        while True:
            try:
                health = (await http.get("/health")).json()
            except (httpx.TransportError, ValueError):
                health = {}
            pool = health.get("dependencies", {}).get("database")
            if pool:
                result.pool.append((time.perf_counter() - started, pool))
            await asyncio.sleep(0.25)

    task = asyncio.create_task(watch())
    try:
        yield
    finally:
        task.cancel()
