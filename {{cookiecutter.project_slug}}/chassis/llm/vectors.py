"""Whether the database compares vectors: pgvector, which a superuser has to create."""

import asyncio
from time import monotonic

import structlog
from sqlalchemy import text

from chassis.database.connections.line import FAILURES
from chassis.database.session import Database
from chassis.web.part_health import Last

VERSION = "SELECT extversion FROM pg_extension WHERE extname = 'vector'"
CHANGE = "A superuser runs in this database: CREATE EXTENSION vector"
MISSING = "pgvector is missing"
PAUSE = 60.0
"""Seconds until it is looked for again: it may be created while the service runs."""


class Vectors:
    """For health. While they cannot be compared, searches by likeness are refused alone."""

    last: Last | None = None

    def __init__(self, database: Database, pause: float = PAUSE) -> None:
        self._database, self._pause = database, pause

    async def watch(self) -> None:
        """Until they can be compared."""
        while not await self._are_there():  # noqa: ASYNC110  nobody tells
            await asyncio.sleep(self._pause)

    async def _are_there(self) -> bool:
        try:
            async with self._database.reading(primary=True) as session:
                version = await session.scalar(text(VERSION))
        except FAILURES:  # of a database that is away, others tell
            return False
        if version is None and self.last is None:
            structlog.get_logger().warning("no search by likeness", because=f"{MISSING}. {CHANGE}")
        found = MISSING if version is None else f"pgvector {version}"
        self.last = Last(found, version is not None, monotonic())
        return version is not None
