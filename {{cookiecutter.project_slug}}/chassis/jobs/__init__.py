"""Work that a request starts and does not finish: what a feature imports, see docs/jobs.md."""

from chassis.jobs.definition import GiveUp, Job, Later, job
from chassis.jobs.enqueueing import enqueue, enqueue_many
from chassis.jobs.run import Run
from chassis.jobs.schedule import Schedule

__all__ = ["GiveUp", "Job", "Later", "Run", "Schedule", "enqueue", "enqueue_many", "job"]
