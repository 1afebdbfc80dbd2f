"""Why a server cannot be reached, and what to do about it."""

from chassis.database.failures import sqlstate
from chassis.redaction.texts import redact_text
from chassis.settings.groups import DatabaseSettings

REMEDIES = {
    "28": "Check user and password in DATABASE_URL, or DATABASE_PASSWORD_FILE.",
    "3D": "Create the database, or name another in DATABASE_URL.",
    "53": "Close connections of others, lower pools, or raise max_connections or the limit.",
    "57": "Wait until the server has started, and try again.",
}
CONNECT = "Check that the server runs, and host and port in DATABASE_URL."
POOLER = "unsupported startup parameter"


def why_unreachable(
    database: DatabaseSettings, failure: Exception, variable: str = "DATABASE_URL"
) -> tuple[str, str]:
    """What is wrong, without the password, and the remedy. `variable` names the server."""
    told = redact_text(" ".join(str(failure).split()).rstrip(" .:")) or type(failure).__name__
    password = database.address.password
    if password:
        told = told.replace(str(password), "***")
    remedy = REMEDIES.get((sqlstate(failure) or "")[:2], CONNECT)
    if POOLER in told:
        remedy = "PgBouncer answers there: set DATABASE_PGBOUNCER=true."
    return told[0].upper() + told[1:], remedy.replace("DATABASE_URL", variable)
