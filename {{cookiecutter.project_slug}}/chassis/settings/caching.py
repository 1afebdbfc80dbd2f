"""What is kept of what was read: the group CACHE."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from chassis.settings.groups import Group
from chassis.settings.values import RedisURL, Seconds


class CacheSettings(Group):
    """What is kept of answers that cost much."""

    enabled: bool = True
    """Whether caches keep anything; without, each value is loaded whenever it is asked for."""
    max_entries: int = Field(10_000, ge=1, le=10_000_000)
    """Values that each cache keeps in a process; one more pushes out what was unused longest."""
    timeout: Seconds = 0.25
    """Seconds that Redis may take to answer, before the value is loaded instead."""
    redis_url: Annotated[RedisURL | None, BeforeValidator(lambda v: v or None)] = None
    """Redis of the caches that processes share; by default `REDIS_URL`, else each keeps its own."""
