"""Settings, then the connection, then everything that needs one."""

from app.database.budget import Load
from app.database.failures import sqlstate
from app.doctor.checks import CHECKS
from app.doctor.facts import FAILURES, Facts, gather
from app.doctor.report import Finding, Report, error, ok, skipped
from app.doctor.sizing import advise
from app.settings import Settings
from app.settings.faults import SettingsError

REMEDIES = {
    "28": "Check user and password in DATABASE_URL, or DATABASE_PASSWORD_FILE.",
    "3D": "Create the database, or name another in DATABASE_URL.",
    "53": "Close connections of others, lower pools, or raise max_connections or the limit.",
    "57": "Wait until the server has started, and try again.",
}
CONNECT = "Check that the server runs, and host and port in DATABASE_URL."


async def examine(settings: Settings, load: Load | None = None) -> Report:
    """Never raises for what the server or the network does."""
    findings = {"settings": ok("All settings can be used")}
    facts: Facts | None = None
    try:
        facts = await gather(settings)
    except FAILURES as failure:
        findings["connection"] = unreachable(settings, failure)
        findings |= dict.fromkeys(CHECKS, skipped("Needs a connection"))
    else:
        findings["connection"] = ok(f"Connected to database {settings.database.address.database}")
        findings |= {name: check(settings, facts) for name, check in CHECKS.items()}
    capacity = facts.capacity if facts else None
    return Report(findings, advise(settings, load, capacity) if load else ())


def unreachable(settings: Settings, failure: Exception) -> Finding:
    told = " ".join(str(failure).split()).rstrip(" .:") or type(failure).__name__
    password = settings.database.address.password
    if password:
        told = told.replace(str(password), "***")
    return error(told[0].upper() + told[1:], REMEDIES.get((sqlstate(failure) or "")[:2], CONNECT))


def refused(fault: SettingsError) -> Report:
    """When the settings cannot even be used."""
    wrong = error("; ".join(fault.faults), "Correct these and try again.")
    rest = dict.fromkeys(("connection", *CHECKS), skipped("Needs settings"))
    return Report({"settings": wrong, **rest})
