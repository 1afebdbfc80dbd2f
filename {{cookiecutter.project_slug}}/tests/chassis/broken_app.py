"""Applications that end before they serve, or soon after: see `serving.py`."""

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from chassis.settings.faults import SettingsError
from tests.chassis import application

UNSETTLED = "OUTBOUND_UPSTREAMS names no 'shop', which /shop calls"


def create_app() -> FastAPI:
    message = "this application cannot be made"
    raise RuntimeError(message)


def create_unsettled_app() -> FastAPI:
    raise SettingsError([UNSETTLED])


def create_killed_app() -> FastAPI:
    os.kill(os.getpid(), signal.SIGKILL)
    return FastAPI()


def create_unstartable_app() -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        message = "this application cannot start"
        raise RuntimeError(message)
        yield

    return FastAPI(lifespan=lifespan)


def create_leaving_app() -> FastAPI:
    """`/leave` ends the process, with the status that a failure has."""
    app = application.create_app()

    @app.get("/leave")
    async def leave() -> None:
        os._exit(1)

    return app
