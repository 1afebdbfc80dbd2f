"""Runs migrations with the service's own settings; any number of replicas may start it at once."""

import asyncio

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.models import Base
from app.settings import Settings
from chassis.database.connections.engine import create_engine
from chassis.observability.logging import configure_logging
from chassis.settings.faults import SettingsError

LOCK = 4_107_202_611  # any number, the same for every replica
LOCK_POLL_SECONDS = 0.25
THROUGH_PGBOUNCER = (
    "DATABASE_PGBOUNCER is true, but migrations hold a lock of a session, which PgBouncer hands on "
    "to others. Run them at the server itself, with DATABASE_PGBOUNCER=false and its DATABASE_URL."
)


def compare_and_run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        compare_server_default=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def wait_for_lock(connection: AsyncConnection) -> None:
    """Poll: a statement that waits inside PostgreSQL would block CREATE INDEX CONCURRENTLY."""
    while not await connection.scalar(  # noqa: ASYNC110  another process holds it
        text(f"SELECT pg_try_advisory_lock({LOCK})")
    ):
        await asyncio.sleep(LOCK_POLL_SECONDS)


async def migrate(engine: AsyncEngine) -> None:
    try:
        async with (
            engine.execution_options(isolation_level="AUTOCOMMIT").connect() as locking,
            engine.connect() as working,
        ):
            await wait_for_lock(locking)
            await working.run_sync(compare_and_run)
    finally:
        await engine.dispose()


def run() -> None:
    try:
        settings: Settings = context.config.attributes.get("settings") or Settings()
    except SettingsError as error:
        raise CommandError(str(error)) from None
    if settings.database.pgbouncer:
        raise CommandError(THROUGH_PGBOUNCER)
    configure_logging(settings.log, settings.identity)
    # A migration may well take longer than a request is allowed to.
    patient = settings.database.model_copy(update={"statement_timeout": 0})
    asyncio.run(migrate(create_engine(patient, f"{settings.service.name} migrations")))


run()
