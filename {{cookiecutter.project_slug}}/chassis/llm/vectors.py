"""Whether the database compares vectors: pgvector, which a superuser has to create."""

from contextlib import suppress

import structlog
from sqlalchemy import text

from chassis.database.connections.line import FAILURES
from chassis.database.session import Database

IS_THERE = text("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'vector')")
MISSING = "pgvector is missing; a superuser runs: CREATE EXTENSION vector"


async def tell_missing_vectors(database: Database) -> None:
    """Once, at start: searches by likeness are refused, and all else works."""
    with suppress(*FAILURES):  # of a database that is away, others tell
        async with database.reading(primary=True) as session:
            if not await session.scalar(IS_THERE):
                structlog.get_logger().warning("no search by likeness", because=MISSING)
