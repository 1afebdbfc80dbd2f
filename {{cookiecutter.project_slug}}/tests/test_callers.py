"""Who may use which route, when AUTH_REQUIRED guards all that is not public."""

import re

from chassis.auth.guards import is_public
from chassis.settings import Settings
from chassis.web.routing.every_route import every_route
from tests.support.callers import with_keys
from tests.support.clients import client_of
from tests.support.composition import StartApp

PUBLIC = {
    "/docs",
    "/docs/favicon-32x32.png",
    "/docs/start.js",
    "/docs/swagger-ui-bundle.js",
    "/docs/swagger-ui.css",
    "/health",
    "/health/live",
    "/health/ready",
    "/openapi.json",
}
"""Add a path here when you mark its route `@public`."""
OF_ACCOUNTS = {"/v1/auth/sessions/refresh"}
"""Public where they are taken; other paths of theirs have a method that is not."""


async def test_every_route_asks_for_a_token_unless_it_is_public(
    start_app: StartApp, settings: Settings
) -> None:
    app = await start_app(with_keys(settings, required=True))
    asked: dict[str, set[int]] = {}
    async with client_of(app) as client:
        for path, route in every_route(app.routes):
            for method in sorted(route.methods or {"GET"}):
                answer = await client.request(method, re.sub(r"{\w+(:\w+)?}", "1", path))
                if not is_public(route.endpoint):
                    asked.setdefault(path, set()).add(answer.status_code)

    assert {path: statuses for path, statuses in asked.items() if statuses != {401}} == {}
    everything = {path for path, _ in every_route(app.routes)}
    assert everything - asked.keys() == PUBLIC | (OF_ACCOUNTS & everything)
