"""Whether the database has the migrations of this code."""

from chassis.database.migrations.history import VERSIONS, History, history
from chassis.database.migrations.standing import UPGRADE
from chassis.doctor.facts import Facts
from chassis.doctor.report import Finding, count, error, ok, warning
from chassis.settings import Settings


def migrations(_: Settings, facts: Facts) -> Finding:
    if facts.revisions is None:
        return warning(
            "The role may not read alembic_version", "GRANT SELECT ON alembic_version to it."
        )
    if not facts.revisions and not VERSIONS.parent.exists():
        told = "There are none, neither here nor in the database"
        return warning(told, "Ship migrations/ with the service, if it has any.")
    if (code := history(VERSIONS)) is None:
        told = "The migrations cannot be read"
        return error(told, "Ship migrations/ with the service; `alembic history` says more.")
    return _compared(code, facts.revisions)


def _compared(code: History, applied: frozenset[str]) -> Finding:
    if len(code.heads) > 1:
        return error(f"The migrations end in {len(code.heads)} heads", "Run `alembic merge heads`.")
    if unknown := sorted(code.unknown(applied)):
        message = f"The database is at {', '.join(unknown)}, which this code does not know"
        return error(message, "Deploy the code that has it, or downgrade with that code.")
    if pending := code.pending(applied):
        return error(f"{count(pending, 'migration')} pending", UPGRADE)
    return ok("The database has all migrations")
