"""What others must know, in order and exactly what was committed: see docs/jobs.md."""

from chassis.jobs.events.publishing import publish

__all__ = ["publish"]
