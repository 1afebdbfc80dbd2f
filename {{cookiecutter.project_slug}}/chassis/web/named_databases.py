"""Sessions of other databases, by the names that DATABASE_EXTRA gives them.

A feature makes its alias once, and a service without that setting does not start:

    Analytics = Annotated[Reader, reads_of("analytics")]
"""

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi import Depends
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, APIWebSocketRoute
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute

from chassis.database.reader import Reader
from chassis.database.session import Database
from chassis.settings.faults import SettingsError
from chassis.settings.groups import DatabaseSettings
from chassis.web.routing.every_route import every_route
from chassis.web.service import service_of

if TYPE_CHECKING:
    from chassis.database.named import NamedDatabase


@dataclass(frozen=True)
class _Needs:
    name: str

    def found(self, connection: HTTPConnection) -> Database:
        named: NamedDatabase = service_of(connection).state["named"][self.name]
        return named.database


class _Database(_Needs):
    async def __call__(self, connection: HTTPConnection) -> Database:
        return self.found(connection)


class _Session(_Needs):
    async def __call__(self, connection: HTTPConnection) -> AsyncIterator[AsyncSession]:
        async with self.found(connection).transaction() as session:
            yield session


class _Reads(_Needs):
    async def __call__(self, connection: HTTPConnection) -> Reader:
        return Reader(self.found(connection))


def database_of(name: str) -> Any:
    """As `CurrentDatabase`, of the named one."""
    return Depends(_Database(name))


def session_of(name: str) -> Any:
    """As `Session`. It commits by itself: no transaction spans two databases."""
    return Depends(_Session(name), scope="function")


def reads_of(name: str) -> Any:
    """As `ReadSession`, of the named one."""
    return Depends(_Reads(name))


def require_named(settings: DatabaseSettings, routes: Iterable[BaseRoute]) -> None:
    """Raises SettingsError when a route needs a database that the settings do not name."""
    needed = {
        name: path
        for path, route in every_route(routes)
        if isinstance(route.original_route, APIRoute | APIWebSocketRoute)
        for name in _names(route.dependant)
        if name not in settings.extra
    }
    if needed:
        raise SettingsError([_missing(name, path) for name, path in needed.items()])


def _names(dependant: Dependant) -> Iterator[str]:
    if isinstance(dependant.call, _Needs):
        yield dependant.call.name
    for part in dependant.dependencies:
        yield from _names(part)


def _missing(name: str, path: str) -> str:
    example = f'{{"{name}": "postgresql://user:password@host:5432/database"}}'
    return f"DATABASE_EXTRA names no {name!r}, which {path} needs. Example: {example}"
