"""Hands committed events to the broker, those of one aggregate in their order.

No last position is kept: one that is committed later may have a smaller number. What the broker has
stored is deleted, and the rest is read again.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import text

from chassis.concurrency.fan_out import Failed, gathered
from chassis.database.session import Database
from chassis.jobs.events.publisher import Event, Publisher
from chassis.jobs.observer import Observer

BATCH = 100
LONGEST = 10.0
"""Seconds for a batch: less than an idle transaction may take, so that a relay never goes on with
what another one has by now."""
# Of a transaction, so that PgBouncer may lend the connection to others afterwards.
TURN = text("SELECT pg_try_advisory_xact_lock(hashtext('chassis.jobs.events.relay'))")
NEXT = text("""
SELECT position, id, subject, aggregate, body::text AS body, context::text AS context, created_at
FROM events ORDER BY position LIMIT :batch
""")
DELETE = text("DELETE FROM events WHERE position = ANY(:positions)")
STANDING = """
SELECT count(*), coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8
FROM (SELECT created_at FROM events ORDER BY position LIMIT 10000) AS counted
"""


class Relay:
    def __init__(self, database: Database, publisher: Publisher | None, observer: Observer) -> None:
        """Without a publisher events are kept."""
        self._database = database
        self._publisher = publisher
        self._observer = observer

    async def step(self) -> bool:
        """Publish a batch, unless another relay is at it; True when there may be more."""
        if self._publisher is None:
            return False
        async with self._database.transaction() as session:
            if not (await session.execute(TURN)).scalar_one():
                return False
            rows = (await session.execute(NEXT, {"batch": BATCH})).mappings().all()
            stored, failure = await self._publish(self._publisher, rows)
            if stored:
                await session.execute(DELETE, {"positions": stored})
        self._observer.published(len(stored))
        if failure is not None:
            raise failure
        return len(rows) == BATCH

    async def standing(self) -> tuple[int, float]:
        """How many wait, and for how many seconds the first one does."""
        async with self._database.driver_connection() as driver:
            count, oldest = await driver.fetchrow(STANDING) or (0, 0.0)
        return count, oldest

    async def _publish(
        self, publisher: Publisher, rows: Sequence[Mapping[Any, Any]]
    ) -> tuple[list[int], BaseException | None]:
        """The positions that the broker has, and why others are missing.

        Aggregates go side by side; of one, none goes before the one before it is stored.
        """
        aggregates: dict[str, list[Mapping[Any, Any]]] = defaultdict(list)
        for row in rows:
            aggregates[row["aggregate"]].append(row)
        stored: list[int] = []

        async def in_order(events: list[Mapping[Any, Any]]) -> None:
            for row in events:
                await publisher.publish(_event(row))
                stored.append(row["position"])

        try:
            async with asyncio.timeout(LONGEST):
                results = await gathered(aggregates.values(), in_order, limit=len(aggregates))
        except TimeoutError as error:
            return stored, error
        failed = next((it for it in results if isinstance(it, Failed)), None)
        return stored, None if failed is None else failed.error


def _event(row: Mapping[Any, Any]) -> Event:
    told = {name: value for name, value in row.items() if name != "position"}
    return Event(
        **told | {"body": orjson.loads(told["body"]), "context": orjson.loads(told["context"])}
    )
