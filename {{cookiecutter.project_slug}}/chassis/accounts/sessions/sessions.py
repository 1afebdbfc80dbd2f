"""Where users are signed in: begun by a login, kept up by refreshes, and ended.

A function here is a transaction, or a part of its caller's, and returns what came of it: raising
would undo what has to last, such as the end of a session whose token came twice.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.accounts.models import AuthSession, User
from chassis.accounts.sessions.refresh_tokens import Claim
from chassis.database.model import uuid7

CLEANED_AT_ONCE = 10
"""Sessions of the past that each new one removes: more than one, so that the table cannot grow."""
KEPT = timedelta(days=1)
"""After its end: until every process knows that it was revoked."""


class Refused(Enum):
    """Why a refresh token is not exchanged."""

    ENDED = auto()
    REUSED = auto()
    """It was exchanged before, and not just now: somebody else has one too."""


@dataclass(frozen=True)
class Lifetimes:
    refresh: timedelta
    """From one refresh to the last moment of the next."""
    grace: timedelta
    """In which a token that was just exchanged gets the same successor again."""


@dataclass(frozen=True)
class SignedIn:
    user_id: UUID
    scopes: list[str]
    claim: Claim


async def held(
    session: AsyncSession, user_id: UUID, password_set_at: datetime, *, to_change: bool = False
) -> list[str] | None:
    """The scopes; None if the user was disabled, or got another password, since it was verified.

    The row stays locked until the transaction ends: who disables the user waits for it, and then
    finds the session that was begun meanwhile.
    """
    still = select(User.scopes).where(
        User.id == user_id, User.password_set_at == password_set_at, User.disabled_at.is_(None)
    )
    return await session.scalar(still.with_for_update(read=not to_change))


async def begin(
    session: AsyncSession, user_id: UUID, password_set_at: datetime, lifetimes: Lifetimes
) -> SignedIn | None:
    """None if the user may no longer sign in with the password that was verified."""
    scopes = await held(session, user_id, password_set_at)
    if scopes is None:
        return None
    begun = Claim(uuid7(), 0)
    await session.execute(
        insert(AuthSession).values(
            id=begun.session_id, user_id=user_id, expires_at=func.now() + lifetimes.refresh
        )
    )
    await session.execute(REMOVE_SOME)
    return SignedIn(user_id, scopes, begun)


async def rotate(session: AsyncSession, claim: Claim, lifetimes: Lifetimes) -> SignedIn | Refused:
    """Of many at once with the same token one exchanges it, and the others get the same as it."""
    row = (
        await session.execute(
            update(AuthSession)
            .where(*alive(claim.session_id), AuthSession.generation == claim.generation)
            .values(
                generation=claim.generation + 1,
                rotated_at=func.now(),
                expires_at=func.now() + lifetimes.refresh,
            )
            .returning(User.id, User.scopes)
        )
    ).one_or_none()
    if row is None:  # a statement of its own, which sees what the first one waited for
        row = (await session.execute(_just_rotated(claim, lifetimes.grace))).one_or_none()
    if row is not None:
        return SignedIn(row.id, row.scopes, claim.successor)
    return await _refuse(session, claim)


async def _refuse(session: AsyncSession, claim: Claim) -> Refused:
    """Revoke what is still alive and was exchanged before: its token is in two hands."""
    revoked = await session.scalar(
        update(AuthSession)
        .where(
            AuthSession.id == claim.session_id,
            AuthSession.revoked_at.is_(None),
            AuthSession.generation > claim.generation,
        )
        .values(revoked_at=func.now())
        .returning(AuthSession.id)
    )
    return Refused.ENDED if revoked is None else Refused.REUSED


async def revoke(session: AsyncSession, user_id: UUID, *which: ColumnElement[bool]) -> list[UUID]:
    """All sessions of the user, or which of them; gives those that were still alive."""
    ended = await session.scalars(
        update(AuthSession)
        .where(AuthSession.user_id == user_id, AuthSession.revoked_at.is_(None), *which)
        .values(revoked_at=func.now())
        .returning(AuthSession.id)
    )
    return list(ended)


def alive(session_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (
        AuthSession.id == session_id,
        AuthSession.revoked_at.is_(None),
        AuthSession.expires_at > func.now(),
        AuthSession.user_id == User.id,
        User.disabled_at.is_(None),
    )


def _just_rotated(claim: Claim, grace: timedelta) -> Any:
    return select(User.id, User.scopes).where(
        *alive(claim.session_id),
        AuthSession.generation == claim.generation + 1,
        AuthSession.rotated_at > func.now() - grace,
    )


# SKIP LOCKED: never waits, whoever else removes them.
_EXPIRED = (
    select(AuthSession.id)
    .where(AuthSession.expires_at <= func.now() - KEPT)
    .order_by(AuthSession.expires_at)
    .limit(CLEANED_AT_ONCE)
    .with_for_update(skip_locked=True)
    .cte("expired")
)
REMOVE_SOME = delete(AuthSession).where(AuthSession.id.in_(select(_EXPIRED)))
