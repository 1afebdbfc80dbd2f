"""How often signing in may fail: of one account, and of one address.

An attempt is counted before the password is looked at, and taken back when it was right: else a
thousand at once would all be let through. Unknown accounts are counted as known ones are.
"""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from math import ceil

from sqlalchemy import DateTime, case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.accounts.models import LoginFailures

CLEANED_AT_ONCE = 10
"""Rows of the past that each attempt removes: more than it adds, so that the table cannot grow."""


@dataclass(frozen=True)
class Limits:
    of_account: int
    of_address: int
    within: timedelta


class Attempt:
    """To sign in to an account, from an address."""

    def __init__(self, email: str, address: str, limits: Limits) -> None:
        self._account = sha256(f"account {email}".encode()).digest()
        self._address = sha256(f"address {address}".encode()).digest()
        self._allowed = {self._account: limits.of_account, self._address: limits.of_address}
        self._within = limits.within

    async def count(self, session: AsyncSession) -> int | None:
        """Seconds to wait when there were too many. Has to be committed whatever comes of it."""
        now = func.clock_timestamp(type_=DateTime(timezone=True))
        new = insert(LoginFailures).values(
            # Always in the same order: no two transactions deadlock.
            [
                {"subject": subject, "failures": 1, "ends_at": now + self._within}
                for subject in sorted(self._allowed)
            ]
        )
        is_past = LoginFailures.ends_at <= now
        counted = new.on_conflict_do_update(
            index_elements=[LoginFailures.subject],
            set_={
                "failures": case((is_past, 1), else_=LoginFailures.failures + 1),
                "ends_at": case((is_past, new.excluded.ends_at), else_=LoginFailures.ends_at),
            },
        ).returning(
            LoginFailures.subject,
            LoginFailures.failures,
            func.extract("epoch", LoginFailures.ends_at - now).label("left"),
        )
        rows = (await session.execute(counted)).all()
        await session.execute(REMOVE_SOME)  # last: it waits for nobody, while others wait for it
        waits = [row.left for row in rows if row.failures > self._allowed[row.subject]]
        return max(1, ceil(max(waits))) if waits else None

    async def take_back(self, session: AsyncSession) -> None:
        """It did not fail. The account begins anew; the address may still try others."""
        await session.execute(
            select(LoginFailures.subject)
            .where(LoginFailures.subject.in_(self._allowed))
            .order_by(LoginFailures.subject)
            .with_for_update()
        )
        await session.execute(delete(LoginFailures).where(LoginFailures.subject == self._account))
        await session.execute(
            update(LoginFailures)
            .where(LoginFailures.subject == self._address, LoginFailures.failures > 0)
            .values(failures=LoginFailures.failures - 1)
        )


# SKIP LOCKED: never waits, whoever else counts or removes them.
_PAST = (
    select(LoginFailures.subject)
    .where(LoginFailures.ends_at <= func.now())
    .order_by(LoginFailures.ends_at)
    .limit(CLEANED_AT_ONCE)
    .with_for_update(skip_locked=True)
    .cte("past")
)
REMOVE_SOME = delete(LoginFailures).where(LoginFailures.subject.in_(select(_PAST)))
