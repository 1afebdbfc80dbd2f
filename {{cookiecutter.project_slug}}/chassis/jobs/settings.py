"""Settings of the worker: the `jobs` of `app/settings.py`."""

from pydantic import Field

from chassis.settings.groups import Group
from chassis.settings.values import List, Seconds

CONTROL = 3
"""Connections beside those of jobs: claims, heartbeats, and the relay of events."""
PROBE = 1


class JobSettings(Group):
    """What a worker takes, and how much of it at once."""

    queues: List = []  # noqa: RUF012  pydantic copies a default
    """Queues that this worker takes jobs from, the most urgent first; empty is all."""
    concurrency: int = Field(10, ge=1, le=1_000)
    """Jobs done at once by one worker; each may hold a connection."""
    replicas: int = Field(1, ge=0, le=10_000)
    """Workers that share the database; only to count connections."""
    lease: float = Field(30.0, ge=1, le=3_600)
    """Seconds after which a job whose worker was killed is begun again."""
    poll: Seconds = 1.0
    """Seconds, on average, between two looks for jobs that are due."""
    graceful_timeout: float = Field(20.0, ge=0, le=3_600)
    """Seconds that jobs in progress get after SIGTERM; what is left is begun again elsewhere."""
    keep_failed_days: int = Field(14, ge=1, le=3_650)
    """Days for which a job that failed is kept."""
    port: int = Field(8_001, ge=0, le=65_535)
    """Port of the worker's `/health` and `/metrics`; 0 takes a free one."""

    @property
    def other_connections(self) -> int:
        """Of all workers."""
        return (self.concurrency + CONTROL + PROBE) * self.replicas
