"""The database for an application that is not composed by `app/main.py`, in one block."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from chassis.database.availability.probe import Probe
from chassis.database.availability.replica import watched_replica
from chassis.database.connections.engine import create_engine
from chassis.database.named import NamedDatabase
from chassis.database.session import Database
from chassis.settings.groups import DatabaseSettings


@asynccontextmanager
async def open_database(
    settings: DatabaseSettings, application_name: str
) -> AsyncIterator[NamedDatabase]:
    """Pool, replica and probe until the end of the block, which is that of the process.

    Enter it where a worker starts: after a fork, in the event loop that serves requests.
    """
    async with AsyncExitStack() as stack:
        engine = create_engine(settings, application_name)
        stack.push_async_callback(engine.dispose)
        replica = await stack.enter_async_context(watched_replica(settings, application_name))
        probe = Probe(settings, application_name)
        stack.push_async_callback(probe.close)
        yield NamedDatabase(Database(engine, replica), probe)
