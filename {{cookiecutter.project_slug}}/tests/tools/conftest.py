"""A running service with a resource that `make resource` would write."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI

from chassis.database.session import Database
from tests.support.clients import Client, client_of
from tests.tools.marvels import Made, made


@pytest.fixture(scope="session")
def router(tmp_path_factory: pytest.TempPathFactory) -> APIRouter:
    return made(tmp_path_factory.mktemp("marvels"))


@pytest.fixture
async def marvels(
    sql: Any, app: FastAPI, database: Database, router: APIRouter
) -> AsyncIterator[Client]:
    app.include_router(router)
    async with database.engine.begin() as connection:
        await connection.run_sync(Made.metadata.create_all)
    async with client_of(app) as client:
        yield client
    await database.engine.dispose()
    await sql.execute("DROP TABLE marvels")
