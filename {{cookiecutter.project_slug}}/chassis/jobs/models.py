"""The tables of jobs and of the schedules that enqueue them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Integer, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database.model import Base, uuid7

ALIVE = text("failed_at IS NULL")


class QueuedJob(Base):
    """One to be done, or being done, or failed; one that is done has no row."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index(None, "queue", "due", postgresql_where=ALIVE),
        Index(
            "uq_jobs_name_key",
            "name",
            "key",
            unique=True,
            postgresql_where=text("key IS NOT NULL AND failed_at IS NULL"),
        ),
        Index(None, "failed_at", postgresql_where=text("failed_at IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    queue: Mapped[str]
    name: Mapped[str]
    arguments: Mapped[dict[str, Any]] = mapped_column(JSONB)
    context: Mapped[dict[str, str]] = mapped_column(JSONB)
    """Of who enqueued it: see `context.py`."""
    key: Mapped[str | None]
    """Of a name there is one with the same key, until that is done or has failed."""
    due: Mapped[datetime] = mapped_column(server_default=func.now())
    """When it may be done; while it is being done, when that is given up: its lease."""
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    """How often it was begun. Together with the id the fence: it never goes back."""
    uncounted: Mapped[int] = mapped_column(Integer, server_default="0")
    """Attempts that were no failure of its own: cut off by a stop, or before a retry by hand."""
    error: Mapped[str | None]
    failed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class NextTick(Base):
    """When a schedule enqueues its job the next time."""

    __tablename__ = "schedules"

    name: Mapped[str] = mapped_column(primary_key=True)
    rule: Mapped[str]
    """Expression and time zone: when they change, the next time is found anew."""
    next: Mapped[datetime]
