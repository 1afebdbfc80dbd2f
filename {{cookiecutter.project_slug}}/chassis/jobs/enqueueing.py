"""Puts jobs into the table, in the transaction of who wants them done."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Interval, bindparam, func, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database.model import Base, uuid7
from chassis.jobs.context import current_context
from chassis.jobs.definition import Arguments, Job, Later
from chassis.jobs.models import QueuedJob

TABLE = Base.metadata.tables[QueuedJob.__tablename__]
INSERT = insert(TABLE)
DELAYED = INSERT.values(due=func.now() + bindparam("delay", type_=Interval))
WHERE_TAKEN = text("key IS NOT NULL AND failed_at IS NULL")
UNLESS_TAKEN = DELAYED.on_conflict_do_nothing(
    index_elements=[TABLE.c.name, TABLE.c.key], index_where=WHERE_TAKEN
).returning(TABLE.c.id)


async def enqueue(
    session: AsyncSession,
    job: Job[Arguments] | Later[Arguments],
    *args: Arguments.args,
    **kwargs: Arguments.kwargs,
) -> UUID | None:
    """The job's id; None where one with the same key is waiting or being done.

    It is done when the session's transaction is committed, and otherwise never was.
    """
    if isinstance(job, Job):
        row = _row(job, job.stored(*args, **kwargs))
        await session.execute(INSERT, row)
        return row["id"]  # type: ignore[no-any-return]  # a UUID
    row = _row(job.job, job.job.stored(*args, **kwargs)) | {"key": job.key, "delay": job.delay}
    if job.key is None:
        await session.execute(DELAYED, row)
        return row["id"]  # type: ignore[no-any-return]
    taken: UUID | None = await session.scalar(UNLESS_TAKEN, row)
    return taken


async def enqueue_many(
    session: AsyncSession, job: Job[...], arguments: Iterable[Mapping[str, Any]]
) -> None:
    """One for each of these arguments, by name; thousands take as long as a few round trips."""
    rows = [_row(job, job.stored(**each)) for each in arguments]
    if rows:
        await session.execute(INSERT, rows)


def _row(job: Job[...], arguments: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "queue": job.queue,
        "name": job.name,
        "arguments": arguments,
        "context": current_context(),
    }
