"""How caches are counted."""

import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from chassis.caching.cached import Cached
from tests.chassis.observability.metrics.measuring import scrape
from tests.support.composition import ReadLog


class Price(BaseModel, frozen=True):
    cents: int


async def load() -> Price:
    return Price(cents=1)


async def test_what_is_asked_loaded_and_kept_is_counted_by_the_caches_name(app: FastAPI) -> None:
    prices = Cached("price", Price, ttl=3600)
    for key in ("lamp", "lamp", "desk", "lamp"):
        await prices.get(key, load)

    found = await scrape(app)

    assert found.all("cache_requests_total", cache="price", outcome="hit") == [2]
    assert found.all("cache_requests_total", cache="price", outcome="miss") == [2]
    assert found.all("cache_load_duration_seconds_count", cache="price") == [2]
    assert found.all("cache_entries", cache="price") == [2]


async def test_a_metric_that_fails_fails_no_answer(
    app: FastAPI, read_log: ReadLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    prices = Cached("price", Price, ttl=3600)
    monkeypatch.setattr(app.state.telemetry.metrics.caches, "_instruments", None)

    assert await prices.get("lamp", load) == Price(cents=1)
    assert len(read_log("a metric could not be recorded")) == 3
