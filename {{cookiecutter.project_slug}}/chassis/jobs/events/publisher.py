"""Where events go: what a broker has to be able to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import structlog


@dataclass(frozen=True)
class Event:
    id: UUID
    """The same whenever it comes again."""
    subject: str
    aggregate: str
    body: Mapping[str, Any]
    context: Mapping[str, str]
    created_at: datetime


class Publisher(Protocol):
    async def publish(self, event: Event) -> None:
        """Returns when the broker has stored it, once for each id. Raises when that is not sure."""


class LogPublisher:
    """For development without a broker: events go to the log, and nowhere else."""

    async def publish(self, event: Event) -> None:
        structlog.get_logger().info(
            "event", subject=event.subject, aggregate=event.aggregate, event_id=str(event.id)
        )
