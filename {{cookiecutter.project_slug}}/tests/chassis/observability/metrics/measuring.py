"""Settings with metrics, and what the service itself answers to a scrape."""

import asyncio
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

from chassis.settings import Settings
from tests.chassis.observability.scraping import Scrape, read
from tests.support.clients import client_of
from tests.support.settings import make_settings


def measured(database_url: str, **database: Any) -> Settings:
    """On the service's own port, which the client of a test can reach."""
    return make_settings(
        database={"url": database_url, **database},
        service={"name": "shop", "version": "1.2.3"},
        metrics={"enabled": True, "port": None},
        rate={"limit_enabled": True, "limit_default": "1000000/second"},
    )


async def scrape(app: FastAPI) -> Scrape:
    async with client_of(app) as client:
        response = await client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    return read(response.text)


async def until_scraped(app: FastAPI, condition: Callable[[Scrape], bool]) -> Scrape:
    async with asyncio.timeout(90):
        while not condition(scraped := await scrape(app)):  # noqa: ASYNC110  as Prometheus does
            await asyncio.sleep(0.1)
    return scraped
