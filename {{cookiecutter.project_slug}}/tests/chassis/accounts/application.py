"""The application of the chassis, with accounts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI

from chassis.accounts.settings import AccountSettings
from chassis.accounts.wiring import ROUTERS, accounts
from chassis.auth.guards import Requires
from chassis.settings import Settings as ChassisSettings
from chassis.web.routing import quicken
from tests.chassis import application


class Settings(ChassisSettings):
    auth: AccountSettings = AccountSettings()


def create_app(settings: ChassisSettings | None = None) -> FastAPI:
    app = application.create_app(settings or Settings())
    for router in ROUTERS:
        app.include_router(router)
    app.get("/guarded", dependencies=[Depends(Requires("things:read"))])(guarded)
    quicken(app)
    app.router.lifespan_context = lifespan
    return app


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings, metrics = app.state.settings, app.state.telemetry.metrics
    async with application.lifespan(app), accounts(app, settings.auth, metrics):
        yield


async def guarded() -> str:
    """What a token is for."""
    return "done"
