"""The replica and the named databases: one finding each, the worst there is."""

from chassis.database.connections.line import FAILURES
from chassis.doctor.capacity import demand, fitting
from chassis.doctor.checks import clock, encoding, latency, version
from chassis.doctor.connection import unreachable
from chassis.doctor.facts import Facts, gather
from chassis.doctor.report import Finding, Status, ok, warning
from chassis.settings import Settings
from chassis.settings.groups import DatabaseSettings

WORST_FIRST = (Status.ERROR, Status.WARNING, Status.OK)


async def others(settings: Settings) -> dict[str, Finding]:
    """By the name that health uses too. Never raises for what a server or the network does."""
    found = {}
    if settings.database.replica:
        variable = "DATABASE_REPLICA_URL"
        found["replica"] = await _examine(settings, settings.database.replica, variable)
    for name, database in settings.database.named.items():
        found[name] = await _examine(settings, database, "DATABASE_EXTRA")
    return found


async def _examine(settings: Settings, database: DatabaseSettings, variable: str) -> Finding:
    there = settings.model_copy(update={"database": database})
    try:
        facts = await gather(there)
    except FAILURES as failure:
        return unreachable(there, failure, variable)
    wanted = demand(settings, database.address)
    findings = [
        _connected(database, facts),
        *(check(there, facts) for check in (version, latency, clock, encoding)),
        fitting(settings, wanted, facts.capacity),
    ]
    if variable == "DATABASE_REPLICA_URL":
        findings.append(_in_recovery(facts))
    return min(findings, key=lambda finding: WORST_FIRST.index(finding.status))


def _connected(database: DatabaseSettings, facts: Facts) -> Finding:
    milliseconds = facts.latency * 1000
    return ok(
        f"Connected to database {database.address.database} on PostgreSQL {facts.server.version},"
        f" a round trip takes {milliseconds:.2f} ms, the connections fit"
    )


def _in_recovery(facts: Facts) -> Finding:
    if facts.server.in_recovery:
        return ok("The server is a standby")
    change = (
        "Point DATABASE_REPLICA_URL at a streaming replica; until then reads go to the primary."
    )
    return warning("The server is in no recovery: it is no replica", change)
