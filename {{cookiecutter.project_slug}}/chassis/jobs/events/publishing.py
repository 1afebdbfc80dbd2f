"""Writes what others shall know beside the change itself: both are committed, or neither."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Text, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database.model import Entity, uuid7
from chassis.jobs.context import current_context

# The lock is had before the position is taken, and until COMMIT: so positions of one aggregate are
# in the order of the commits, whatever else the transactions write, and in which order.
INSERT = text("""
WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtextextended(:aggregate, 0)))
INSERT INTO events (id, subject, aggregate, body, context)
SELECT :id, :subject, :aggregate, :body, :context FROM turn
""").bindparams(
    bindparam("id", type_=Uuid),
    bindparam("subject", type_=Text),
    bindparam("aggregate", type_=Text),
    bindparam("body", type_=JSONB),
    bindparam("context", type_=JSONB),
)


async def publish(
    session: AsyncSession,
    subject: str,
    aggregate: Entity | str,
    body: BaseModel | dict[str, Any],
) -> UUID:
    """Tell others, once the session's transaction is committed; returns the event's id.

    Events of one aggregate arrive in the order in which their transactions were committed. Of two
    aggregates, or more, publish in the same order everywhere: else transactions may deadlock.
    """
    await session.flush()  # what the event tells of, if only so that it fails first
    event = uuid7()
    row = {
        "id": event,
        "subject": subject,
        "aggregate": _named(aggregate),
        "body": body.model_dump(mode="json") if isinstance(body, BaseModel) else body,
        "context": current_context(),
    }
    await session.execute(INSERT, row)
    return event


def _named(aggregate: Entity | str) -> str:
    if isinstance(aggregate, str):
        return aggregate
    return f"{aggregate.__tablename__}/{aggregate.id}"
