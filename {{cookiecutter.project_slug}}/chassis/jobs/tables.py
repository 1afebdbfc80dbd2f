"""All tables of jobs and events, for Alembic."""

from chassis.jobs.events.models import OutgoingEvent
from chassis.jobs.models import NextTick, QueuedJob

__all__ = ["NextTick", "OutgoingEvent", "QueuedJob"]
