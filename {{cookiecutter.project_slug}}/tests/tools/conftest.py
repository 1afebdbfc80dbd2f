"""A running service with a resource that `make resource` would write, and a copy to write into."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI

from chassis.database.session import Database
from tests.support.clients import Client, client_of
from tests.support.composition import PROJECT
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


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """All that the tools need of this project."""
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("app", "chassis", "tools", "migrations"):
        shutil.copytree(PROJECT / name, tmp_path / name, ignore=ignored)
    for name in ("alembic.ini", "pyproject.toml"):
        shutil.copy(PROJECT / name, tmp_path)
    return tmp_path
