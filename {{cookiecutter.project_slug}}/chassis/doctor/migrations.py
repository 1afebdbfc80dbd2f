"""Whether the database has the migrations of this code."""

from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from chassis.doctor.facts import Facts
from chassis.doctor.report import Finding, count, error, ok, warning
from chassis.settings import Settings
from chassis.settings.groups import PROJECT_FILE

UPGRADE = "Run `make migrate` (`alembic upgrade head`)."


def migrations(_: Settings, facts: Facts) -> Finding:
    if facts.revisions is None:
        return warning(
            "The role may not read alembic_version", "GRANT SELECT ON alembic_version to it."
        )
    try:
        script = ScriptDirectory.from_config(Config(PROJECT_FILE.with_name("alembic.ini")))
    except CommandError as failure:
        told = f"The migrations cannot be read: {failure}"
        return error(told, "Ship alembic.ini and migrations/ with the service.")
    return _compared(script, facts.revisions)


def _compared(script: ScriptDirectory, applied: frozenset[str]) -> Finding:
    if len(heads := script.get_heads()) > 1:
        return error(f"The migrations end in {len(heads)} heads", "Run `alembic merge heads`.")
    known = {revision.revision for revision in script.walk_revisions()}
    if unknown := sorted(applied - known):
        message = f"The database is at {', '.join(unknown)}, which this code does not know"
        return error(message, "Deploy the code that has it, or downgrade with that code.")
    if pending := _pending(script, applied):
        return error(f"{count(pending, 'migration')} pending", UPGRADE)
    return ok("The database has all migrations")


def _pending(script: ScriptDirectory, applied: frozenset[str]) -> int:
    return len(list(script.iterate_revisions("heads", tuple(applied) or "base")))
