"""Which requests hold a connection now: for a warning in development, and counted there alone."""

from typing import Any, cast

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry

from chassis.observability.queries import Queries, current_queries

HOLDER = "holder"


def count_held(engine: AsyncEngine) -> None:
    """From now on, in `Queries.held` of each request."""
    event.listen(engine.sync_engine, "checkout", _taken)
    event.listen(engine.sync_engine, "checkin", _given_back)


def _taken(_: Any, record: ConnectionPoolEntry, __: Any) -> None:
    if (queries := current_queries()) is not None:
        queries.held += 1
        _notes_of(record)[HOLDER] = queries


def _given_back(_: Any, record: ConnectionPoolEntry) -> None:
    holder: Queries | None = _notes_of(record).pop(HOLDER, None)
    if holder is not None:
        holder.held -= 1


def _notes_of(record: ConnectionPoolEntry) -> dict[Any, Any]:
    """They stay when the connection breaks and another takes its place."""
    return cast("dict[Any, Any]", record.record_info)
