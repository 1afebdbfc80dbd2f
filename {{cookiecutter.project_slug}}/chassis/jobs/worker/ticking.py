"""Enqueues the jobs of schedules: each tick once, however many workers there are.

What was missed, while no worker ran, is made up for by one job.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database.session import Database
from chassis.jobs.enqueueing import enqueue
from chassis.jobs.schedule import Schedule

NOW = text("SELECT now()")
# A rule that has changed since begins anew.
PREPARE = text("""
INSERT INTO schedules (name, rule, next) VALUES (:name, :rule, :next)
ON CONFLICT (name) DO UPDATE SET rule = excluded.rule, next = excluded.next
WHERE schedules.rule <> excluded.rule
""")
DUE = text("SELECT name, next, now() FROM schedules WHERE next <= now() AND name = ANY(:names)")
TAKE = text("UPDATE schedules SET next = :next WHERE name = :name AND next = :seen")


class Ticker:
    def __init__(self, database: Database, schedules: Mapping[str, Schedule]) -> None:
        self._database = database
        self._schedules = schedules
        self._prepared = False

    async def step(self) -> bool:
        """Enqueue what is due."""
        if not self._schedules:
            return False
        if not self._prepared:
            await self._prepare()
        async with self._database.reading(primary=True) as session:
            due = (await session.execute(DUE, {"names": list(self._schedules)})).all()
        for name, seen, now in due:
            async with self._database.transaction() as session:
                await self._tick(session, self._schedules[name], seen, now)
        return False

    async def _prepare(self) -> None:
        async with self._database.transaction() as session:
            now = (await session.execute(NOW)).scalar_one()
            for name, it in sorted(self._schedules.items()):
                row = {"name": name, "rule": it.key, "next": it.after(now)}
                await session.execute(PREPARE, row)
        self._prepared = True

    async def _tick(
        self, session: AsyncSession, schedule: Schedule, seen: datetime, now: datetime
    ) -> None:
        """Unless another worker was first. The one before may be waiting still: then it is both."""
        row = {"name": schedule.name, "seen": seen, "next": schedule.after(now)}
        if (await session.execute(TAKE, row)).rowcount:  # type: ignore[attr-defined]  # of a CursorResult
            later = schedule.job.later(key=f"schedule {schedule.name}")
            await enqueue(session, later, **schedule.arguments)
