"""A job that this process is doing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


class LeaseLostError(RuntimeError):
    """Another worker may do the job by now, so what this one did is rolled back."""


@dataclass(frozen=True)
class Claimed:
    id: UUID
    queue: str
    name: str
    arguments: Mapping[str, Any]
    context: Mapping[str, str]
    attempts: int
    """All of them: with the id, the fence."""
    uncounted: int
    created_at: datetime

    @property
    def attempt(self) -> int:
        """Which one of those that count."""
        return self.attempts - self.uncounted
