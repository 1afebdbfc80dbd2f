"""The application of the chassis, with a language model."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.sse import EventSourceResponse
from sqlalchemy import text

from chassis.llm.messages import Message
from chassis.llm.settings import LLMSettings
from chassis.llm.wiring import Caller, CurrentModel, llm
from chassis.settings import Settings as ChassisSettings
from chassis.web.routing import quicken
from chassis.web.sessions import CurrentDatabase
from chassis.web.streams import stream as stream_module
from chassis.web.streams.beginning import begun
from chassis.web.streams.stream import Stream
from tests.chassis import application

__all__ = ["LLMSettings", "Settings"]


class Settings(ChassisSettings):
    llm: LLMSettings = LLMSettings()


def create_app(settings: ChassisSettings | None = None) -> FastAPI:
    app = application.create_app(settings or Settings())
    app.get("/said", response_class=EventSourceResponse)(tell)
    app.get("/caller")(who)
    quicken(app)
    app.router.lifespan_context = lifespan
    return app


def create_hasty_app() -> FastAPI:
    """Whose streams are told to stop at once, long before the service would cut them."""
    stream_module.BEFORE_THE_CUT = 0.01
    return create_app()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings, metrics = app.state.settings, app.state.telemetry.metrics
    async with application.lifespan(app), llm(app, settings.llm, metrics):
        yield


async def opened(
    model: CurrentModel, caller: Caller, database: CurrentDatabase
) -> AsyncIterator[AsyncIterator[str]]:
    """Looks something up first, as features do, on a connection that it gives back."""
    async with database.transaction() as session:
        await session.execute(text("SELECT 1"))
    async with begun(model.stream([Message("user", "Hello?")], caller=caller)) as pieces:
        yield pieces


async def tell(
    pieces: Annotated[AsyncIterator[str], Depends(opened)], stream: Stream
) -> AsyncIterator[object]:
    async for event in stream(pieces, finishing=True):
        yield event


async def who(caller: Caller) -> str:
    return caller
