"""A table and a database for code without an event loop: fixtures here are no coroutines."""

import asyncio
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from chassis.database.sync import SyncDatabase
from chassis.settings.groups import DatabaseSettings
from tests.support.settings import make_settings

TABLE = """
DROP SCHEMA IF EXISTS scratch CASCADE;
CREATE SCHEMA scratch;
CREATE TABLE scratch.notes (text text UNIQUE DEFERRABLE INITIALLY DEFERRED CHECK (text <> ''))
"""


class Asking:
    """PostgreSQL, asked on a connection of its own."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __call__(self, statement: str, *values: Any) -> list[Any]:
        return asyncio.run(self._ask(statement, *values))

    async def _ask(self, statement: str, *values: Any) -> list[Any]:
        connection = await asyncpg.connect(self._url)
        try:
            return [row[0] for row in await connection.fetch(statement, *values)]
        finally:
            await connection.close()

    def prepare(self, script: str) -> None:
        asyncio.run(self._prepare(script))

    async def _prepare(self, script: str) -> None:
        connection = await asyncpg.connect(self._url)
        await connection.execute(script)
        await connection.close()


@pytest.fixture
def ask(database_url: str) -> Iterator[Asking]:
    asking = Asking(database_url)
    asking.prepare(TABLE)
    yield asking
    asking.prepare("DROP SCHEMA scratch CASCADE")


@pytest.fixture
def database_settings(database_url: str) -> DatabaseSettings:
    return make_settings(database={"url": database_url, "pool_size": 2}).database


@pytest.fixture
def sync_database(ask: Asking, database_settings: DatabaseSettings) -> Iterator[SyncDatabase]:
    with SyncDatabase(database_settings, "sync") as database:
        yield database
