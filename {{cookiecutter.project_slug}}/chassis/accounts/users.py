"""Users: who they are, and what an administrator does to them."""

from collections.abc import Sequence
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.accounts.models import User
from chassis.accounts.schemas import UserQuery
from chassis.accounts.sessions import sessions
from chassis.database.model import utc_now
from chassis.database.paging.keyset import Page
from chassis.database.repository import Repository

ADMIN = "users:admin"
"""The scope of who may see and change other users."""


class UserRepository(Repository[User]):
    model = User
    sorts = MappingProxyType({"id": User.id, "email": User.email})

    async def search(self, query: UserQuery) -> Page[User]:
        where = [] if query.email is None else [User.email == query.email]
        return await self.page(sort=query.sort, limit=query.limit, cursor=query.cursor, where=where)

    async def by_email(self, email: str) -> User | None:
        found = await self.entities(select(User).where(User.email == email))
        return found[0] if found else None

    async def signed_in(self, user_id: UUID, session_id: UUID) -> User | None:
        """None when the user is disabled or the session has ended, a moment ago too."""
        alive = sessions.alive(session_id)
        found = await self.entities(select(User).where(User.id == user_id, *alive))
        return found[0] if found else None


async def change(
    session: AsyncSession, user: User, *, disabled: bool | None, scopes: Sequence[str] | None
) -> list[UUID]:
    """None leaves it as it is. The sessions that ended with it: tokens say what was before.

    The user's row is written first: whoever signs in at the same time has done so before it, and
    is found here, or waits for it, and is refused. See `sessions.begin`.
    """
    lost = set() if scopes is None else set(user.scopes).difference(scopes)
    if disabled is not None and disabled != (user.disabled_at is not None):
        user.disabled_at = utc_now() if disabled else None
    if scopes is not None:
        user.scopes = sorted(set(scopes))
    await session.flush()
    if lost or disabled:
        return await sessions.revoke(session, user.id)
    return []


async def set_password(
    session: AsyncSession, user: User, password_hash: str, *which: ColumnElement[bool]
) -> list[UUID]:
    """Also ends the sessions of the user, or which of them: they may be somebody else's."""
    await session.execute(
        update(User)
        .where(User.id == user.id)
        .values(password_hash=password_hash, password_set_at=func.now()),
        execution_options={"synchronize_session": False},
    )
    return await sessions.revoke(session, user.id, *which)
