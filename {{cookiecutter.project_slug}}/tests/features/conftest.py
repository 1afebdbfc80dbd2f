"""The service as somebody calls it who may change everything."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from app.settings import Settings
from tests.features.callers import writer
from tests.support.callers import with_keys
from tests.support.clients import Client, client_of


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return with_keys(settings)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[Client]:
    async with client_of(app) as client:
        client.headers.update(writer())
        yield client
