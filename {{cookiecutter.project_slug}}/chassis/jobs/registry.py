"""The jobs and schedules of a service, as `app/jobs.py` lists them."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from chassis.jobs.definition import Job
from chassis.jobs.schedule import Schedule

Kind = TypeVar("Kind")


class Registry:
    def __init__(self, jobs: Iterable[Job[...]], schedules: Iterable[Schedule] = ()) -> None:
        """Raises ValueError where a name is there twice, or a schedule's job is not."""
        self.jobs = _by_name("job", [(each.name, each) for each in jobs])
        self.schedules = _by_name("schedule", [(each.name, each) for each in schedules])
        for schedule in self.schedules.values():
            if self.jobs.get(schedule.job.name) is not schedule.job:
                message = f"schedule {schedule.name}: its job has no line in JOBS"
                raise ValueError(message)

    def queues(self, wanted: Sequence[str] = ()) -> list[str]:
        """Those to take from, in order; without a wish all, in the order of JOBS."""
        return list(wanted) or list(dict.fromkeys(each.queue for each in self.jobs.values()))


def _by_name(what: str, named: list[tuple[str, Kind]]) -> dict[str, Kind]:
    found: dict[str, Kind] = {}
    for name, each in named:
        if name in found:
            message = f"there are two {what}s called {name}; give one another name"
            raise ValueError(message)
        found[name] = each
    return found
