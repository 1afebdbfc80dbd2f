"""Answers kept under the key that a client gave its request, to be given again.

The key is taken before the work and the answer kept after it, in the transaction of the work: all
of it is stored or nothing is. Who brings a key that is taken waits for that transaction to end.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, DateTime, SmallInteger, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database.failures import sqlstate
from chassis.database.model import Base
from chassis.problems import IdempotencyKeyReused, RequestInProgress

CLEANED_AT_ONCE = 10
"""Expired answers that each new one removes: more than one, so that the table cannot grow."""
LOCK_NOT_AVAILABLE = "55P03"


class IdempotencyKey(Base):
    """Null in the answer is seen by nobody but the transaction that works on it."""

    __tablename__ = "idempotency_keys"

    scope: Mapped[bytes] = mapped_column(primary_key=True)
    """Who asked for what, as a hash: the same key of another client is another key."""
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes]
    """Of all that was asked, as a hash."""
    status: Mapped[int] = mapped_column(SmallInteger, nullable=True)
    headers: Mapped[list[tuple[str, str]]] = mapped_column(JSONB, nullable=True)
    body: Mapped[bytes] = mapped_column(nullable=True)
    expires_at: Mapped[datetime] = mapped_column(nullable=True, index=True)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes


@dataclass(frozen=True)
class Claim:
    """One request's claim to its key."""

    scope: bytes
    key: str
    fingerprint: bytes

    async def take(self, session: AsyncSession) -> Answer | None:
        """The answer to give again, or None: then the key is taken until the transaction ends.

        Raises RequestInProgress when another transaction holds it for longer than the lock timeout,
        IdempotencyKeyReused when it was used to ask for something else.
        """
        take = insert(IdempotencyKey).values(
            scope=self.scope, key=self.key, fingerprint=self.fingerprint
        )
        take_unless_kept = take.on_conflict_do_update(
            index_elements=(IdempotencyKey.scope, IdempotencyKey.key),
            set_={"fingerprint": take.excluded.fingerprint, "expires_at": None},
            where=IdempotencyKey.expires_at <= func.now(),
        ).returning(IdempotencyKey.key)
        try:
            taken = await session.scalar(take_unless_kept)
        except DBAPIError as error:
            if sqlstate(error) == LOCK_NOT_AVAILABLE:
                raise RequestInProgress from error
            raise
        return None if taken is not None else await self._kept(session)

    async def _kept(self, session: AsyncSession) -> Answer:
        """A statement of its own, so that it sees what was committed while the first one waited."""
        kept = (await session.scalars(select(IdempotencyKey).where(*self._is_own()))).one()
        if kept.fingerprint != self.fingerprint:
            raise IdempotencyKeyReused
        return Answer(kept.status, kept.headers, kept.body)

    async def keep(self, session: AsyncSession, answer: Answer, lifetime: timedelta) -> None:
        """For as long as `lifetime`, counted from now on; also removes a few expired answers."""
        now = func.clock_timestamp(type_=DateTime(timezone=True))
        await session.execute(
            update(IdempotencyKey)
            .where(*self._is_own())
            .values(
                status=answer.status,
                headers=answer.headers,
                body=answer.body,
                expires_at=now + lifetime,
            )
            .add_cte(REMOVE_SOME.cte("removed")),
            execution_options={"synchronize_session": False},
        )

    def _is_own(self) -> tuple[ColumnElement[bool], ...]:
        return IdempotencyKey.scope == self.scope, IdempotencyKey.key == self.key


# SKIP LOCKED: never waits, whoever else takes an expired key or removes it.
_EXPIRED = (
    select(IdempotencyKey.scope, IdempotencyKey.key)
    .where(IdempotencyKey.expires_at <= func.now())
    .order_by(IdempotencyKey.expires_at)
    .limit(CLEANED_AT_ONCE)
    .with_for_update(skip_locked=True)
    .cte("expired")
)
REMOVE_SOME = delete(IdempotencyKey).where(
    tuple_(IdempotencyKey.scope, IdempotencyKey.key).in_(select(_EXPIRED))
)
