"""Create the tables of every model of the service in this directory that has none yet."""

import asyncio

from app.models import Base
from app.settings import Settings
from chassis.database.connections.engine import create_engine


async def create_tables() -> None:
    engine = create_engine(Settings().database, "benchmark")
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(create_tables())
