"""A server that cannot be reached, as a finding."""

from chassis.database.connections.unreachable import why_unreachable
from chassis.doctor.report import Finding, error
from chassis.settings import Settings


def unreachable(settings: Settings, failure: Exception, variable: str = "DATABASE_URL") -> Finding:
    """`variable` is the setting that names the server."""
    return error(*why_unreachable(settings.database, failure, variable))
