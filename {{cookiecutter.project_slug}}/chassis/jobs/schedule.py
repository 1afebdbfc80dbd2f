"""When a job is enqueued by itself: a cron expression, in a time zone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chassis.jobs.definition import Job


@dataclass(frozen=True)
class Schedule:
    """`Schedule("30 3 * * *", clean_up, zone="Europe/Vienna")`: see docs/jobs.md.

    Where clocks go forward, a time that is left out comes right after the gap; where they go back,
    one that is there twice counts once. That holds for times of a day, not for each hour.
    """

    rule: str
    """Minute, hour, day of the month, month, day of the week: man 5 crontab."""
    job: Job[...]
    zone: str = "UTC"
    arguments: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    """Unless it is the job's: a job with several schedules needs names for them."""

    def __post_init__(self) -> None:
        """Raises ValueError for a rule or zone that is none, and arguments that do not fit."""
        object.__setattr__(self, "name", self.name or self.job.name)
        self.job.stored(**self.arguments)
        self.after(datetime.now(ZoneInfo("UTC")))

    @property
    def key(self) -> str:
        """What it stands for in the table, so that a change of it is seen."""
        return f"{self.rule} {self.zone}"

    def after(self, moment: datetime) -> datetime:
        """The next time."""
        from cronsim import CronSim, CronSimError  # noqa: PLC0415  the service imports jobs too

        try:
            local = moment.astimezone(ZoneInfo(self.zone))
            found: datetime = next(CronSim(self.rule, local))
        except (CronSimError, ZoneInfoNotFoundError, StopIteration) as error:
            message = f"schedule {self.name}: {self.key!r} names no time"
            raise ValueError(message) from error
        return found.astimezone(ZoneInfo("UTC"))
