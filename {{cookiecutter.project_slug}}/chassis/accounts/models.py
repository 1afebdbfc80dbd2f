"""The tables: who there is, where they are signed in, their keys, and attempts that failed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from chassis.database.model import Base, Entity, uuid7


class User(Entity):
    """Its version is that of what an administrator sees."""

    __tablename__ = "users"

    email: Mapped[str] = mapped_column(String(254), unique=True)
    """In small letters."""
    password_hash: Mapped[str]
    password_set_at: Mapped[datetime] = mapped_column(server_default=func.now())
    """Tells two passwords apart where the hash cannot: it changes with its parameters too."""
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """What the user may do; roles are scopes too, such as `users:admin`."""
    disabled_at: Mapped[datetime | None]


class AuthSession(Base):
    """Where a user is signed in. Nothing in it lets anybody in: see sessions/refresh_tokens.py."""

    __tablename__ = "auth_sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    generation: Mapped[int] = mapped_column(server_default="0")
    """How often its refresh token was exchanged: a token of another generation is an old one."""
    rotated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ApiKey(Base):
    """What a machine signs in with, for its user."""

    __tablename__ = "api_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    secret_hash: Mapped[bytes]
    """SHA-256, for nobody can guess 256 random bits, however fast."""
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    """To the minute."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class LoginFailures(Base):
    """Attempts to sign in that failed, of one account or one address, within a time."""

    __tablename__ = "login_failures"

    subject: Mapped[bytes] = mapped_column(primary_key=True)
    """A hash: the table lists neither who tried nor whom."""
    failures: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    """When they are forgotten."""
