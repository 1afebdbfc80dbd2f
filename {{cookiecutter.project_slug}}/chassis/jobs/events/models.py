"""The table of what others are still to be told."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database.model import Base, uuid7


class OutgoingEvent(Base):
    """One that was committed; once the broker has it, it has no row."""

    __tablename__ = "events"

    position: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    """Of one aggregate, in the order of the commits."""
    id: Mapped[UUID] = mapped_column(default=uuid7)
    """What consumers, and the broker, know it by when it comes twice."""
    subject: Mapped[str]
    aggregate: Mapped[str]
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    context: Mapped[dict[str, str]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
