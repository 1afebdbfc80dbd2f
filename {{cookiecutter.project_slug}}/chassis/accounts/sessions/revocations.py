"""Sessions that ended before their access tokens: each process asks for them every few seconds.

A token is verified without the database. Instead of a query for each request, what was revoked
within the life of a token is known here; a token lives on for at most the time between two looks.
"""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from time import monotonic
from uuid import UUID

import structlog
from sqlalchemy import func, select

from chassis.accounts.models import AuthSession
from chassis.database.session import Database


class Revocations:
    """Keeps a set up to date that others ask."""

    def __init__(self, database: Database, revoked: set[str], every: float, kept: float) -> None:
        """`kept` are the seconds for which a token may be valid after its session has ended."""
        self._database = database
        self._revoked = revoked
        self._every = every
        self._kept = kept
        self._until: dict[str, float] = {}
        self._fails = False

    def add(self, sessions: Iterable[UUID]) -> None:
        """What this process has revoked itself, once it is committed."""
        until = monotonic() + self._kept
        self._until |= {str(each): until for each in sessions}
        self._revoked.update(self._until)  # others hold this very set

    async def watch(self) -> None:
        """For ever. While the database is away, what is known stays."""
        while True:
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001  whatever it is, the next look may succeed
                self._tell(error)
            await asyncio.sleep(self._every)

    async def look(self) -> None:
        recently = func.now() - timedelta(seconds=self._kept)
        wanted = select(AuthSession.id).where(AuthSession.revoked_at > recently)
        async with self._database.reading(primary=True) as session:
            found = (await session.scalars(wanted)).all()
        self.add(found)
        self._forget(monotonic())
        self._tell(None)

    def _forget(self, now: float) -> None:
        for each in [each for each, until in self._until.items() if until < now]:
            del self._until[each]
            self._revoked.discard(each)

    def _tell(self, error: Exception | None) -> None:
        """Once when it begins to fail, and once when it works again."""
        if error is not None and not self._fails:
            cause = type(error).__name__
            structlog.get_logger().warning("revoked sessions cannot be read", cause=cause)
        elif error is None and self._fails:
            structlog.get_logger().info("revoked sessions can be read again")
        self._fails = error is not None
