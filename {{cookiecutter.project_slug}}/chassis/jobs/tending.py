"""What a person does about jobs that failed."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

LIST = text("""
SELECT id, name, attempts - uncounted AS attempts, error,
    CASE WHEN failed_at IS NOT NULL THEN 'failed' WHEN due <= now() THEN 'due'
        WHEN attempts > uncounted AND error IS NULL THEN 'running' ELSE 'waiting' END AS state
FROM jobs WHERE failed_at IS NOT NULL OR NOT :failed ORDER BY due
""")
# Of a key there may be another one meanwhile; the older one stays as it is.
RETRY = text("""
UPDATE jobs SET failed_at = NULL, due = now(), uncounted = attempts
WHERE failed_at IS NOT NULL AND (id = ANY(:ids) OR name = :name) AND NOT EXISTS (
    SELECT FROM jobs AS other WHERE other.name = jobs.name AND other.key = jobs.key
        AND other.failed_at IS NULL
) AND (key IS NULL OR id = (
    SELECT max(last.id::text)::uuid FROM jobs AS last
    WHERE last.name = jobs.name AND last.key = jobs.key AND last.failed_at IS NOT NULL
        AND (last.id = ANY(:ids) OR last.name = :name)
))
""")
DISCARD = text("""
DELETE FROM jobs WHERE id = ANY(:ids) OR (name = :name AND failed_at IS NOT NULL)
""")


async def lines(session: AsyncSession, *, failed: bool) -> AsyncIterator[str]:
    async for row in await session.stream(LIST, {"failed": failed}):
        error = " ".join((row.error or "").split())
        yield "\t".join(map(str, (row.id, row.name, row.state, row.attempts, error)))


async def retry(session: AsyncSession, ids: Sequence[UUID], name: str | None) -> int:
    """How many are to be done again."""
    return await _changed(session, RETRY, ids, name)


async def discard(session: AsyncSession, ids: Sequence[UUID], name: str | None) -> int:
    """How many there were. One that is being done is rolled back at its end."""
    return await _changed(session, DISCARD, ids, name)


async def _changed(
    session: AsyncSession, statement: object, ids: Sequence[UUID], name: str | None
) -> int:
    values = {"ids": list(ids), "name": name}
    result = await session.execute(statement, values)  # type: ignore[call-overload]  # a text
    return int(result.rowcount)
