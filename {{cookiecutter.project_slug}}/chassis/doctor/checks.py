"""What is examined, in the order it is told. Each check judges facts and asks nothing."""

from collections.abc import Callable, Mapping

from chassis.doctor.callers import callers
from chassis.doctor.capacity import connections, limits
from chassis.doctor.facts import Facts
from chassis.doctor.migrations import migrations
from chassis.doctor.report import Finding, error, ok, warning
from chassis.settings import Settings

OLDEST_SERVER = 14
SLOW_ROUND_TRIP = 0.010
CLOCK_TOLERANCE = 1.0


def version(_: Settings, facts: Facts) -> Finding:
    found = f"PostgreSQL {facts.server.version}"
    if facts.server.major < OLDEST_SERVER:
        return error(found, f"Upgrade the server to {OLDEST_SERVER} or later.")
    return ok(found)


def latency(_: Settings, facts: Facts) -> Finding:
    message = f"A round trip takes {facts.latency * 1000:.2f} ms"
    if facts.latency > SLOW_ROUND_TRIP:
        change = "Run the service nearer to its database: a request makes several round trips."
        return warning(message, change)
    return ok(message)


def clock(_: Settings, facts: Facts) -> Finding:
    lead = facts.clock_lead
    if abs(lead) > CLOCK_TOLERANCE:
        side = "ahead of" if lead > 0 else "behind"
        message = f"The server's clock is {abs(lead):.1f} s {side} this machine's"
        return warning(message, "Let NTP set both.")
    return ok(f"The clocks differ by less than {CLOCK_TOLERANCE:g} s")


def encoding(_: Settings, facts: Facts) -> Finding:
    message = f"The database stores text as {facts.server.encoding}"
    if facts.server.encoding != "UTF8":
        return error(message, "Make a new database with ENCODING 'UTF8' and move the data there.")
    return ok(message)


def timezone(_: Settings, facts: Facts) -> Finding:
    message = f"Sessions use {facts.server.timezone}"
    if facts.server.timezone != "UTC":
        change = "Something between drops our setting: ALTER ROLE ... SET timezone = 'UTC'."
        return warning(message, change)
    return ok(message)


def writable(_: Settings, facts: Facts) -> Finding:
    if facts.server.in_recovery:
        change = "Point DATABASE_URL at the primary, or every write fails."
        return warning("The server is in recovery: a standby, read-only", change)
    return ok("The server is a primary")


CHECKS: Mapping[str, Callable[[Settings, Facts], Finding]] = {
    "version": version,
    "latency": latency,
    "clock": clock,
    "encoding": encoding,
    "timezone": timezone,
    "writable": writable,
    "connections": connections,
    "limits": limits,
    "migrations": migrations,
    "callers": callers,
}
