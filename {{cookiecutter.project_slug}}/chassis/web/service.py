"""Where a request finds what the service holds."""

from typing import Any

from starlette.requests import HTTPConnection


def service_of(connection: HTTPConnection) -> Any:
    """The application that holds the database: this one, or the service that it is mounted in."""
    app = connection.app
    return app if hasattr(app.state, "database") else connection.scope.get("service") or app
