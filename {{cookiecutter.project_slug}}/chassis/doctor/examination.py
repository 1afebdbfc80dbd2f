"""Settings, then the connection, then everything that needs one."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from chassis.database.connections.line import FAILURES
from chassis.doctor.budget import Load
from chassis.doctor.callers import provider
from chassis.doctor.checks import CHECKS
from chassis.doctor.connection import unreachable
from chassis.doctor.facts import Facts, gather
from chassis.doctor.others import others
from chassis.doctor.redis_answers import redis_answers
from chassis.doctor.report import Finding, Report, error, ok, skipped, warning
from chassis.doctor.sizing import advise
from chassis.doctor.upstreams import upstreams
from chassis.settings import Settings
from chassis.settings.faults import SettingsError

Examination = Callable[[Any], Awaitable[dict[str, Finding]]]


async def examine(
    settings: Settings, load: Load | None = None, further: Sequence[Examination] = ()
) -> Report:
    """Never raises for what the server or the network does. `further` are those of parts."""
    findings = {"settings": used(settings)}
    facts: Facts | None = None
    try:
        facts = await gather(settings)
    except FAILURES as failure:
        findings["connection"] = unreachable(settings, failure)
        findings |= dict.fromkeys(CHECKS, skipped("Needs a connection"))
    else:
        findings["connection"] = ok(f"Connected to database {settings.database.address.database}")
        findings |= {name: check(settings, facts) for name, check in CHECKS.items()}
    findings |= await others(settings)
    findings |= await provider(settings)
    findings |= await upstreams(settings)
    findings |= await redis_answers(settings)
    for examination in further:
        findings |= await examination(settings)
    # Behind PgBouncer the server's limits are not the service's.
    capacity = facts.capacity if facts and not settings.database.pgbouncer else None
    return Report(findings, advise(settings, load, capacity) if load else ())


def used(settings: Settings) -> Finding:
    if not settings.strangers:
        return ok("All settings can be used")
    message = f"Nothing here reads {', '.join(settings.strangers)}"
    return warning(message, "README.md lists all settings; leave what another program reads.")


def refused(fault: SettingsError) -> Report:
    """When the settings cannot even be used."""
    rest = dict.fromkeys(("connection", *CHECKS), skipped("Needs settings"))
    return Report({"settings": unusable(fault), **rest})


def unusable(fault: SettingsError) -> Finding:
    return error("; ".join(fault.faults), "Correct these and try again.")
