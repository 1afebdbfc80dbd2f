"""An application with keys of its own, and routes that ask who calls."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from chassis.settings import Settings
from tests.chassis.auth.guarded import router
from tests.support.callers import with_keys
from tests.support.clients import Client, client_of
from tests.support.composition import StartApp


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return with_keys(settings)


@pytest.fixture
async def app(start_app: StartApp, settings: Settings) -> FastAPI:
    started: FastAPI = await start_app(settings)
    started.include_router(router)
    return started


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[Client]:
    async with client_of(app) as client:
        yield client
