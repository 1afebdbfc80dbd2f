"""The application of the chassis, with Select AI."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from chassis.select_ai.settings import SelectAISettings
from chassis.select_ai.wiring import CurrentSelectAI, select_ai
from chassis.settings import Settings as ChassisSettings
from chassis.web.routing import quicken
from tests.chassis import application

__all__ = ["SelectAISettings", "Settings"]


class Settings(ChassisSettings):
    select_ai: SelectAISettings = SelectAISettings()


def create_app(settings: ChassisSettings | None = None) -> FastAPI:
    app = application.create_app(settings or Settings())
    app.get("/asked")(asked)
    quicken(app)
    app.router.lifespan_context = lifespan
    return app


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings, metrics = app.state.settings, app.state.telemetry.metrics
    async with application.lifespan(app), select_ai(app, settings.select_ai, metrics):
        yield


async def asked(select_ai: CurrentSelectAI) -> int:
    return select_ai.settings.pool_max
