"""Other databases than the service's own, by the names that DATABASE_EXTRA gives them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from chassis.database.availability.probe import Probe
from chassis.database.connections.engine import create_engine
from chassis.database.session import Database
from chassis.settings.groups import DatabaseSettings


@dataclass(frozen=True)
class NamedDatabase:
    database: Database
    probe: Probe


@asynccontextmanager
async def named_databases(
    settings: DatabaseSettings, application_name: str
) -> AsyncIterator[dict[str, NamedDatabase]]:
    """All of them, until the end of the block."""
    async with AsyncExitStack() as stack:
        opened = {}
        for name, database in settings.named.items():
            engine = create_engine(database, application_name)
            stack.push_async_callback(engine.dispose)
            probe = Probe(database, application_name)
            stack.push_async_callback(probe.close)
            opened[name] = NamedDatabase(Database(engine), probe)
        yield opened
