"""Runs Alembic's work on the database of the settings; one process at a time, others wait."""

import asyncio
import sys
import warnings
from collections.abc import Callable
from typing import cast

import asyncpg
import structlog
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.exc import SAWarning
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.database.connections.engine import create_engine
from chassis.database.migrations.ownership import versions_of
from chassis.database.migrations.words import in_words
from chassis.observability.logging import configure_logging
from chassis.settings import Settings

LOCK = 4_107_202_611  # any number, the same for every replica
LOCK_POLL_SECONDS = 0.25
THROUGH_PGBOUNCER = (
    "DATABASE_PGBOUNCER is true, but migrations hold a lock of a session, which PgBouncer hands on "
    "to others. Run them at the server itself, with DATABASE_PGBOUNCER=false and its DATABASE_URL."
)
HARMLESS = (
    "Did not recognize type",  # of another package, or an extension
    "Can't validate argument 'dialect_options'",  # of a constraint that is NOT VALID yet
)
WHOLE = "The traceback: `alembic --raiseerr ...`, or `make migrate ARGS=--raiseerr`."

Work = Callable[[Connection], None]


def run(work: Work, config: Config, kind: type[Settings]) -> None:
    """Raises CommandError, in words; for a command line that is status 1 and the words alone."""
    settings = None
    try:
        settings = config.attributes.get("settings") or kind()
        _work(work, settings)
    except Exception as error:
        words = in_words(error, settings.database if settings else None, versions_of(config))
        if words is None:
            raise
        if config.cmd_opts and not config.cmd_opts.raiseerr:
            sys.exit(words.told if words.suffice else f"{words.told}\n{WHOLE}")
        raise CommandError(words.told) from error


def _work(work: Work, settings: Settings) -> None:
    if settings.database.pgbouncer:
        raise CommandError(THROUGH_PGBOUNCER)
    configure_logging(settings.log, settings.identity)
    # A migration may well take longer than a request is allowed to.
    patient = settings.database.model_copy(update={"statement_timeout": 0})
    with warnings.catch_warnings():
        for message in HARMLESS:
            warnings.filterwarnings("ignore", message, SAWarning)
        asyncio.run(_alone(work, create_engine(patient, f"{settings.service.name} migrations")))


async def _alone(work: Work, engine: AsyncEngine) -> None:
    try:
        async with (
            engine.execution_options(isolation_level="AUTOCOMMIT").connect() as locking,
            engine.connect() as working,
        ):
            await _wait_for_lock(locking)
            await _tell_warnings(working)
            await working.run_sync(work)
    finally:
        await engine.dispose()


async def _wait_for_lock(connection: AsyncConnection) -> None:
    """Poll: a statement that waits inside PostgreSQL would block CREATE INDEX CONCURRENTLY."""
    taking = text(f"SELECT pg_try_advisory_lock({LOCK})")
    taken = await connection.scalar(taking)
    if not taken:
        structlog.get_logger().info("waiting, another process migrates")
    while not taken:
        await asyncio.sleep(LOCK_POLL_SECONDS)
        taken = await connection.scalar(taking)


async def _tell_warnings(connection: AsyncConnection) -> None:
    """What the server warns of is for whoever migrates; its notices are many, and for nobody."""

    def tell(_: object, message: asyncpg.PostgresLogMessage) -> None:
        if message.severity_en == "WARNING":
            structlog.get_logger().warning("the server warns", of=message.message)

    raw = await connection.get_raw_connection()
    cast("asyncpg.Connection", raw.driver_connection).add_log_listener(tell)
