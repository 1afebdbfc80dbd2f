"""What `python -m app doctor` says of events."""

from typing import Protocol

from chassis.doctor.report import Finding, ok, warning
from chassis.jobs.events.settings import EventSettings


class Examined(Protocol):
    @property
    def events(self) -> EventSettings: ...

    @property
    def production(self) -> bool: ...


async def events(of: Examined) -> dict[str, Finding]:
    """In development they go to the log, which is as it should be."""
    if of.events.url is not None:
        return {"events": ok("EVENTS_URL names who gets them")}
    if not of.production:
        return {}
    message = "EVENTS_URL is not set: each event that is published stays in the table, for good"
    return {"events": warning(message, "Set it where the service publishes any: docs/jobs.md.")}
