"""How a command of `python -m app` comes to the database, without the log of a service."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database.connections.engine import create_engine
from chassis.database.session import Database
from chassis.observability.logging import configure_logging
from chassis.settings import Settings

Value = TypeVar("Value")


def run_on_database(settings: Settings, work: Callable[[Database], Awaitable[Value]]) -> Value:
    """Warnings go to standard error: standard output may be what the command is for."""
    quiet = settings.log.model_copy(update={"level": "warning"})
    configure_logging(quiet, settings.identity, sys.stderr)

    async def connected() -> Value:
        engine = create_engine(settings.database, settings.service.name)
        try:
            return await work(Database(engine))
        finally:
            await engine.dispose()

    return asyncio.run(connected())


def run_in_transaction(settings: Settings, work: Callable[[AsyncSession], Awaitable[None]]) -> None:
    """All of it in one, which is committed before the command says what it did."""

    async def committed(database: Database) -> None:
        async with database.transaction() as session:
            await work(session)

    run_on_database(settings, committed)
