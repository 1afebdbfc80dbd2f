"""Whether a password is the right one: counted, bounded, and silent about who exists."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.accounts.login.attempts import Attempt, Limits
from chassis.accounts.login.passwords import Passwords
from chassis.accounts.models import User
from chassis.accounts.observer import Observer
from chassis.accounts.problems import InvalidCredentials, TooManyFailures
from chassis.database.session import Database


class Known(NamedTuple):
    """What is read of a user whose password is to be verified."""

    id: UUID
    password_hash: str
    password_set_at: datetime


@dataclass(frozen=True)
class Verified:
    """A right password, of a user who may have changed since: compare `password_set_at`."""

    user: Known
    attempt: Attempt
    new_hash: str | None
    """To be stored instead, for the old one was made with other parameters."""

    async def settle(self, session: AsyncSession) -> None:
        await self.attempt.take_back(session)
        if self.new_hash is not None:
            same = User.id == self.user.id, User.password_hash == self.user.password_hash
            await session.execute(update(User).where(*same).values(password_hash=self.new_hash))


class Login:
    """No transaction is open, and no connection held, while a password is hashed."""

    def __init__(
        self, database: Database, passwords: Passwords, limits: Limits, observer: Observer
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._limits = limits
        self._observer = observer

    async def verify(self, email: str, password: str, address: str) -> Verified:
        """Raises TooBusy, TooManyFailures, InvalidCredentials."""
        with self._passwords.place() as passwords:
            attempt = Attempt(email, address, self._limits)
            await self._count(attempt)
            user = await self._find(email)
            is_right = await passwords.verify(password, user.password_hash if user else None)
            if user is None or not is_right:
                self._observer.login("failed")
                raise InvalidCredentials
            outdated = passwords.is_outdated(user.password_hash)
            return Verified(user, attempt, await passwords.hash(password) if outdated else None)

    async def hash(self, password: str) -> str:
        """Of a new password. Raises TooBusy."""
        with self._passwords.place() as passwords:
            return await passwords.hash(password)

    async def _count(self, attempt: Attempt) -> None:
        """In a transaction of its own, which stays when the request raises."""
        async with self._database.transaction() as session:
            wait = await attempt.count(session)
        if wait is not None:
            self._observer.login("throttled")
            raise TooManyFailures(retry_after=wait)

    async def _find(self, email: str) -> Known | None:
        """As much work for a user who is not there, or disabled, as for another."""
        wanted = select(User.id, User.password_hash, User.password_set_at).where(
            User.email == email, User.disabled_at.is_(None)
        )
        async with self._database.reading(primary=True) as session:
            row = (await session.execute(wanted)).one_or_none()
        return None if row is None else Known(*row)
