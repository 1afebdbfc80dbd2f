"""API keys, `apikey_<id>_<secret>`: the database has a hash of the secret alone."""

import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.accounts.models import ApiKey, User
from chassis.auth.principal import Principal
from chassis.database.model import uuid7
from chassis.database.session import Database

PREFIX = "apikey_"
"""By which a guard knows what it is, and a log that it is to be hidden."""
KEY = re.compile(rf"{PREFIX}([0-9a-f]{{32}})_([\w-]{{43}})", re.ASCII)
USED_TO_THE = timedelta(minutes=1)
"""How exactly its last use is known: to write it at each request would cost more than that."""
KIND = "api key"


async def issue(
    session: AsyncSession,
    user_id: UUID,
    name: str,
    scopes: Iterable[str],
    expires_at: datetime | None,
) -> tuple[ApiKey, str]:
    """The row, and the key, which nobody can be told again."""
    key_id, secret = uuid7(), secrets.token_urlsafe(32)
    row = ApiKey(
        id=key_id,
        user_id=user_id,
        name=name,
        secret_hash=_hash(secret),
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
    )
    session.add(row)
    await session.flush()
    await session.refresh(row, ["created_at"])
    return row, f"{PREFIX}{key_id.hex}_{secret}"


def of(user_id: UUID) -> Select[ApiKey]:
    """Those that the user has not revoked."""
    mine = ApiKey.user_id == user_id, ApiKey.revoked_at.is_(None)
    return select(ApiKey).where(*mine).order_by(ApiKey.id)


async def count(session: AsyncSession, user_id: UUID) -> int:
    counted = select(func.count()).select_from(of(user_id).order_by(None).subquery())
    return await session.scalar(counted) or 0


async def revoke(session: AsyncSession, user_id: UUID, key_id: UUID) -> bool:
    """Whether the user had it, and it was still valid."""
    revoked = await session.scalar(
        update(ApiKey)
        .where(ApiKey.id == key_id, ApiKey.user_id == user_id, ApiKey.revoked_at.is_(None))
        .values(revoked_at=func.now())
        .returning(ApiKey.id)
    )
    return revoked is not None


class ApiKeys:
    """Verifies them: a query for each request, so that what is revoked is out at once."""

    def __init__(self, database: Database, issuer: str) -> None:
        self._database = database
        self._issuer = issuer

    async def check(self, credential: str) -> Principal | None:
        """Who calls, with the scopes that both the key and its user have."""
        if (match := KEY.fullmatch(credential)) is None:
            return None
        key_id, secret = UUID(hex=match[1]), match[2]
        wanted = select(
            ApiKey.user_id,
            ApiKey.secret_hash,
            ApiKey.scopes,
            User.scopes.label("scopes_of_user"),
            _is_due().label("is_due"),
        ).where(ApiKey.id == key_id, *_valid())
        async with self._database.reading(primary=True) as session:
            row = (await session.execute(wanted)).one_or_none()
        if row is None or not compare_digest(row.secret_hash, _hash(secret)):
            return None
        if row.is_due:
            await self._note_use(key_id)
        scopes = frozenset(row.scopes).intersection(row.scopes_of_user)
        return Principal(str(row.user_id), scopes, None, self._issuer, KIND)

    async def _note_use(self, key_id: UUID) -> None:
        async with self._database.transaction() as session:
            await session.execute(
                update(ApiKey).where(ApiKey.id == key_id, _is_due()).values(last_used_at=func.now())
            )


def _valid() -> tuple[ColumnElement[bool], ...]:
    return (
        ApiKey.revoked_at.is_(None),
        or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > func.now()),
        ApiKey.user_id == User.id,
        User.disabled_at.is_(None),
    )


def _is_due() -> ColumnElement[bool]:
    return or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at < func.now() - USED_TO_THE)


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
