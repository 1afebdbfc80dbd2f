"""A client of a service that makes a mark for each key."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI

from tests.chassis.database.idempotency.keeping import Turn, keep
from tests.support.clients import Client, client_of


@pytest.fixture
async def marks(scratch: Any) -> Any:
    await scratch.execute("CREATE TABLE scratch.marks (id serial PRIMARY KEY)")
    return scratch


@pytest.fixture
def turn() -> Turn:
    return Turn()


@pytest.fixture
async def client(marks: Any, app: FastAPI, turn: Turn) -> AsyncIterator[Client]:
    keep(app, turn)
    async with client_of(app) as client:
        yield client
