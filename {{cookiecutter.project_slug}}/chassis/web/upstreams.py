"""Other services, by the names that OUTBOUND_UPSTREAMS gives them.

A feature makes its alias once, and a service without that setting does not start:

    Payments = Annotated[Upstream, upstream("payments")]

Where nothing is named or asked for, none of the client is imported.
"""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi import Depends, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute

from chassis.database.connections.holding import count_held
from chassis.settings import Settings
from chassis.settings.faults import SettingsError
from chassis.settings.identity import Environment
from chassis.settings.outbound import OutboundSettings, unnamed
from chassis.settings.upstream_urls import PUBLIC
from chassis.web.routing.every_route import every_route
from chassis.web.service import service_of
from chassis.web.telemetry import Telemetry

if TYPE_CHECKING:
    from chassis.outbound.observation import Observation
    from chassis.outbound.opening import Outbound
    from chassis.outbound.upstream import Upstream


@dataclass(frozen=True)
class _Needs:
    name: str

    async def __call__(self, connection: HTTPConnection) -> "Upstream":
        outbound: Outbound = service_of(connection).state["outbound"]
        return outbound.public if self.name == PUBLIC else outbound.upstreams[self.name]


def upstream(name: str) -> Any:
    """The one of that name."""
    return Depends(_Needs(name))


def public_only() -> Any:
    """For URLs that users give, in place of paths; they lead to the public internet only."""
    return Depends(_Needs(PUBLIC))


def require_upstreams(settings: OutboundSettings, routes: Iterable[BaseRoute]) -> None:
    """Raises SettingsError when a route calls a service that the settings do not name."""
    missing = {
        name: path
        for name, path in _needed(routes)
        if name not in settings.upstreams and name != PUBLIC
    }
    if missing:
        raise SettingsError([unnamed(name, path) for name, path in missing.items()])


@asynccontextmanager
async def outbound(app: FastAPI, settings: Settings, telemetry: Telemetry) -> AsyncIterator[None]:
    """What `upstream` hands out, in `app.state`, until the end of the block."""
    if not settings.outbound.upstreams and not any(_needed(app.routes)):
        yield
        return
    from chassis.outbound import opening  # noqa: PLC0415  something is called

    warns = settings.environment is Environment.DEVELOPMENT
    if warns:
        _count_held(app)

    def observe(name: str, address: str | None) -> "Observation":
        observation = telemetry.observation(name, address)
        observation.warns = warns
        return observation

    user_agent = f"{settings.service.name}/{settings.service.version}"
    async with opening.outbound(settings.outbound, user_agent, observe) as app.state.outbound:
        yield


def _count_held(app: FastAPI) -> None:
    """Of the connections of all databases."""
    state = app.state
    for database in (state.database, *(it.database for it in state.named.values())):
        for engine in (database.engine, *([database.replica.engine] if database.replica else [])):
            count_held(engine)


def _needed(routes: Iterable[BaseRoute]) -> Iterator[tuple[str, str]]:
    """Each name, with the path of a route that asks for it."""
    for path, route in every_route(routes):
        if isinstance(route.original_route, APIRoute | APIWebSocketRoute):
            for name in _names(route.dependant):
                yield name, path


def _names(dependant: Dependant) -> Iterator[str]:
    if isinstance(dependant.call, _Needs):
        yield dependant.call.name
    for part in dependant.dependencies:
        yield from _names(part)
