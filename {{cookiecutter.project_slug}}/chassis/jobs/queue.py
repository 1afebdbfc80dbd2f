"""What a worker says to the table of jobs, each in a statement of its own."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from chassis.database.session import Database
from chassis.jobs.claimed import Claimed

# MATERIALIZED: else the planner may look for the rows again for each one that it updates.
CLAIM = """
WITH claimed AS MATERIALIZED (
    SELECT id FROM jobs
    WHERE queue = $1 AND failed_at IS NULL AND due <= now() AND name = ANY($2::text[])
    ORDER BY due LIMIT $3 FOR UPDATE SKIP LOCKED
)
UPDATE jobs SET attempts = attempts + 1, due = clock_timestamp() + $4::interval
FROM claimed WHERE jobs.id = claimed.id
RETURNING jobs.id, queue, name, arguments::text AS arguments, context::text AS context, attempts,
    uncounted, created_at
"""
# SKIP LOCKED: a job that is being ended holds its row until COMMIT, and the others do not wait.
EXTEND = """
WITH own AS MATERIALIZED (
    SELECT id FROM jobs
    WHERE (id, attempts) IN (SELECT * FROM unnest($1::uuid[], $2::int[])) AND failed_at IS NULL
    FOR UPDATE SKIP LOCKED
)
UPDATE jobs SET due = clock_timestamp() + $3::interval FROM own WHERE jobs.id = own.id
RETURNING jobs.id
"""
AGAIN = """
UPDATE jobs SET due = clock_timestamp() + $3::interval, error = coalesce($4, error),
    uncounted = uncounted + $5
WHERE id = $1 AND attempts = $2 AND failed_at IS NULL
"""
FAIL = """
UPDATE jobs SET failed_at = clock_timestamp(), error = coalesce($3, error)
WHERE id = $1 AND attempts = $2 AND failed_at IS NULL
"""
# Counted no further than to MOST: how many more there are is of no use, and costs.
STANDING = """
SELECT queue,
    (SELECT count(*) FROM (SELECT FROM jobs WHERE jobs.queue = it.queue AND failed_at IS NULL
        AND due <= now() LIMIT 10000) AS counted) AS due,
    (SELECT extract(epoch FROM greatest(now() - min(due), interval '0'))::float8 FROM jobs
        WHERE jobs.queue = it.queue AND failed_at IS NULL AND due <= now()) AS oldest
FROM unnest($1::text[]) AS it(queue)
"""
FAILED = (
    "SELECT count(*) FROM (SELECT FROM jobs WHERE failed_at IS NOT NULL LIMIT 10000) AS counted"
)
PRUNE = """
DELETE FROM jobs WHERE id IN (
    SELECT id FROM jobs WHERE failed_at < now() - $1::interval LIMIT 1000 FOR UPDATE SKIP LOCKED
)
"""


class Standing(NamedTuple):
    """Of one queue."""

    queue: str
    due: int
    oldest: float
    """Seconds for which the first one has been due."""


class Queue:
    def __init__(self, database: Database, lease: timedelta) -> None:
        self._database = database
        self._lease = lease

    async def claim(self, queue: str, names: Sequence[str], most: int) -> list[Claimed]:
        """Those that have been due for longest; each is ours for the time of a lease."""
        async with self._database.driver_connection() as driver:
            rows = await driver.fetch(CLAIM, queue, names, most, self._lease)
        return [_claimed(row.items()) for row in rows]

    async def extend(self, claims: Iterable[Claimed]) -> set[UUID]:
        """Those that are still ours, for the time of another lease."""
        fences = [(it.id, it.attempts) for it in claims]
        ids, attempts = zip(*fences, strict=True) if fences else ((), ())
        async with self._database.driver_connection() as driver:
            rows = await driver.fetch(EXTEND, ids, attempts, self._lease)
        return {row["id"] for row in rows}

    async def again(
        self, claim: Claimed, pause: float = 0, error: str | None = None, *, counts: bool = True
    ) -> None:
        """After a pause, in seconds."""
        uncounted, after = 0 if counts else 1, timedelta(seconds=pause)
        async with self._database.driver_connection() as driver:
            await driver.execute(AGAIN, claim.id, claim.attempts, after, error, uncounted)

    async def fail(self, claim: Claimed, error: str | None = None) -> None:
        """Keep it as it is, and try it no more."""
        async with self._database.driver_connection() as driver:
            await driver.execute(FAIL, claim.id, claim.attempts, error)

    async def standing(self, queues: Sequence[str]) -> tuple[list[Standing], int]:
        """Of these queues, and how many have failed in all."""
        async with self._database.driver_connection() as driver:
            rows = await driver.fetch(STANDING, queues)
            failed = await driver.fetchval(FAILED)
        return [Standing(row["queue"], row["due"], row["oldest"] or 0.0) for row in rows], failed

    async def prune(self, after: timedelta) -> int:
        """Remove some that failed so long ago; returns how many."""
        async with self._database.driver_connection() as driver:
            status: str = await driver.execute(PRUNE, after)
        return int(status.rpartition(" ")[2])


def _claimed(row: Iterable[tuple[str, Any]]) -> Claimed:
    told = dict(row)
    for name in ("arguments", "context"):
        told[name] = orjson.loads(told[name])
    return Claimed(**told)
