"""A database for the tests of a room: a worker's own, with the tables that the room has."""

import asyncio
from collections.abc import Sequence

from sqlalchemy import Table, text

from chassis.database.connections.engine import create_engine
from chassis.database.model import Base
from chassis.settings.groups import DatabaseSettings
from tests.support.composition import own_database
from tests.support.settings import make_settings
from tools.postgres import Server


def database_with(server: Server, name: str, tables: Sequence[Table], *statements: str) -> str:
    """Its address."""
    url = own_database(server, name)
    asyncio.run(create_tables(make_settings(database={"url": url}).database, tables, *statements))
    return url


async def create_tables(
    settings: DatabaseSettings, tables: Sequence[Table], *statements: str
) -> None:
    engine = create_engine(settings, "tests")
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all, tables=tables)
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()
