"""A service that is measured, with a pool in which one soon has to wait."""

import pytest
from fastapi import FastAPI

from tests.chassis.observability.metrics.measuring import measured
from tests.support.composition import StartApp


@pytest.fixture
async def app(start_app: StartApp, database_url: str) -> FastAPI:
    app: FastAPI = await start_app(measured(database_url, pool_size=2, pool_timeout=0.2))
    return app
