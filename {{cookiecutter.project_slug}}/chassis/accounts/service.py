"""What the routes ask for: signing in, staying signed in, and another password.

Each commits what has to last before it raises: a transaction of the request would be rolled back.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import Depends
from starlette.requests import HTTPConnection

from chassis.accounts.login.attempts import Limits
from chassis.accounts.login.login import Login
from chassis.accounts.login.passwords import Passwords
from chassis.accounts.models import AuthSession, User
from chassis.accounts.observer import Observer
from chassis.accounts.problems import InvalidCredentials, SessionEnded
from chassis.accounts.sessions import sessions
from chassis.accounts.sessions.refresh_tokens import RefreshTokens
from chassis.accounts.sessions.revocations import Revocations
from chassis.accounts.sessions.sessions import Lifetimes, SignedIn
from chassis.accounts.settings import AccountSettings
from chassis.accounts.users import set_password
from chassis.auth.issuer import Issuer
from chassis.database.session import Database
from chassis.problems import Unavailable
from chassis.web.service import service_of


@dataclass(frozen=True)
class Tokens:
    access: str
    lifetime: int
    scopes: list[str]
    refresh: str


class Accounts:
    def __init__(
        self,
        database: Database,
        issuer: Issuer,
        passwords: Passwords,
        revocations: Revocations,
        settings: AccountSettings,
        observer: Observer,
    ) -> None:
        limits = Limits(
            settings.login_failures,
            settings.login_failures_of_address,
            timedelta(seconds=settings.login_window),
        )
        self.settings = settings
        self.issuer = issuer.name
        self.revocations = revocations
        self.login = Login(database, passwords, limits, observer)
        self.database = database
        self._issuer = issuer
        self._observer = observer
        keys = [key.get_secret_value().encode() for key in settings.keys]
        self._refresh_tokens = RefreshTokens(keys)
        self._lifetimes = Lifetimes(
            timedelta(seconds=settings.refresh_ttl), timedelta(seconds=settings.refresh_grace)
        )

    async def sign_in(self, email: str, password: str, address: str) -> Tokens:
        """Raises InvalidCredentials, TooManyFailures, TooBusy."""
        verified = await self.login.verify(email, password, address)
        user = verified.user
        async with self.database.transaction() as session:
            await verified.settle(session)
            begun = await sessions.begin(session, user.id, user.password_set_at, self._lifetimes)
        if begun is None:
            raise InvalidCredentials
        self._observer.login("succeeded")
        return self._tokens(begun)

    async def refresh(self, token: str) -> Tokens:
        """Raises SessionEnded."""
        if (claim := self._refresh_tokens.read(token)) is None:
            raise SessionEnded
        async with self.database.transaction() as session:
            found = await sessions.rotate(session, claim, self._lifetimes)
        if isinstance(found, SignedIn):
            return self._tokens(found)
        if found is sessions.Refused.REUSED:
            self.revocations.add([claim.session_id])
            self._observer.refresh_reused()
            structlog.get_logger().warning("refresh token reused", session=str(claim.session_id))
        raise SessionEnded

    async def end(self, user_id: UUID, session_id: UUID | None = None) -> None:
        """All sessions of the user, or this one."""
        which = [] if session_id is None else [AuthSession.id == session_id]
        async with self.database.transaction() as session:
            ended = await sessions.revoke(session, user_id, *which)
        self.revocations.add(ended)

    async def change_password(
        self, user: User, session_id: UUID, current: str, new: str, address: str
    ) -> None:
        """Ends all other sessions. Raises as `sign_in` does."""
        verified = await self.login.verify(user.email, current, address)
        password_hash = await self.login.hash(new)
        async with self.database.transaction() as session:
            await verified.settle(session)
            since = verified.user.password_set_at
            same = await sessions.held(session, user.id, since, to_change=True) is not None
            others = AuthSession.id != session_id
            ended = await set_password(session, user, password_hash, others) if same else []
        self.revocations.add(ended)
        if not same:
            raise InvalidCredentials

    def _tokens(self, of: SignedIn) -> Tokens:
        session = str(of.claim.session_id)
        access = self._issuer.issue(str(of.user_id), of.scopes, session=session)
        return Tokens(
            access, self._issuer.lifetime, of.scopes, self._refresh_tokens.issue(of.claim)
        )


async def _accounts(connection: HTTPConnection) -> Accounts:
    accounts: Accounts | None = service_of(connection).state["accounts"]
    if accounts is None:
        message = "AUTH_KEYS is not set, so nobody can sign in."
        raise Unavailable(message)
    return accounts


CurrentAccounts = Annotated[Accounts, Depends(_accounts)]
