"""One attempt at a job, as its handler sees it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database.session import Database
from chassis.jobs.claimed import Claimed, LeaseLostError
from chassis.jobs.upstreams import Upstreams

if TYPE_CHECKING:
    from chassis.outbound.opening import Outbound

END = text("DELETE FROM jobs WHERE id = :id AND attempts = :attempts AND failed_at IS NULL")


class Run:
    def __init__(self, claimed: Claimed, database: Database, state: Any) -> None:
        self._claimed = claimed
        self.database = database
        """For what is no effect of the job: reads, and writes that may happen again."""
        self.state: Any = state
        """What the worker holds while it runs, as `app.state` of a service."""
        self.ended = False

    @property
    def id(self) -> UUID:
        """The job's, the same at each attempt: for others, the key that makes it happen once."""
        return self._claimed.id

    @property
    def attempt(self) -> int:
        return self._claimed.attempt

    @property
    def enqueued_at(self) -> datetime:
        return self._claimed.created_at

    @property
    def upstreams(self) -> Upstreams:
        """Other services, by the names that OUTBOUND_UPSTREAMS gives them."""
        outbound: Outbound | None = getattr(self.state, "outbound", None)
        return Upstreams({} if outbound is None else outbound.upstreams)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """The job's effects and its end, committed together at the end of the block, or neither.

        To be opened once, after all work that is outside of the database. Raises LeaseLostError
        when another worker may be doing the job by now.
        """
        if self.ended:
            message = f"Job {self.id} has ended: its transaction can be opened once"
            raise RuntimeError(message)
        async with self.database.transaction() as session:
            yield session
            await self._end(session)
        self.ended = True

    async def end(self) -> None:
        """For a job without effects in the database, or with none that are its own."""
        async with self.transaction():
            pass

    async def _end(self, session: AsyncSession) -> None:
        fence = {"id": self._claimed.id, "attempts": self._claimed.attempts}
        if (await session.execute(END, fence)).rowcount == 0:  # type: ignore[attr-defined]  # of a CursorResult
            message = f"Job {self.id} is no longer this worker's"
            raise LeaseLostError(message)
