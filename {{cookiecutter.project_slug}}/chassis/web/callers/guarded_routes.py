"""Routes that ask who calls, in a service that nobody can say it to."""

from collections.abc import Iterable, Iterator

import structlog
from fastapi.dependencies.models import Dependant
from starlette.routing import BaseRoute

from chassis.auth.guards import Requires
from chassis.settings import Settings
from chassis.settings.faults import SettingsError
from chassis.web.routing.every_route import every_route


def require_callers(settings: Settings, routes: Iterable[BaseRoute]) -> None:
    """Raises SettingsError in production; elsewhere it is told, and such routes answer 401."""
    guarded = None if settings.auth.verifies_tokens else next(_guarded(routes), None)
    if guarded is None:
        return
    fault = f"{guarded} asks who calls: set AUTH_OIDC_ISSUER or AUTH_KEYS"
    if settings.production:
        raise SettingsError([fault])
    structlog.get_logger().warning("nobody can call a guarded route", reason=fault)


def _guarded(routes: Iterable[BaseRoute]) -> Iterator[str]:
    for path, route in every_route(routes):
        dependant = getattr(route, "dependant", None)
        if dependant is not None and any(requirements(dependant)):
            yield path


def requirements(dependant: Dependant) -> Iterator[Requires]:
    """Of a route, at any depth."""
    if isinstance(dependant.call, Requires):
        yield dependant.call
    for part in dependant.dependencies:
        yield from requirements(part)
