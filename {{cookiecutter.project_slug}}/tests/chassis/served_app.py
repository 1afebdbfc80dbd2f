"""The service and a few routes that misbehave, for tests over a real socket: see `serving.py`."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated

import structlog
from fastapi import APIRouter, FastAPI, Form, UploadFile
from fastapi.responses import StreamingResponse
from sqlalchemy import text

from chassis.database.connections import line
from chassis.web.rate_limits import shared
from chassis.web.serving.drain import CurrentDrain
from chassis.web.sessions import Session
from tests.chassis import application

router = APIRouter()


def create_app() -> FastAPI:
    app = application.create_app()
    app.include_router(router)
    return app


def create_patient_app() -> FastAPI:
    """Waits for its Redis, and for the answer that it is ready, however slow the machine is."""
    shared.TIMEOUT = line.TIMEOUT = 5
    return create_app()


def create_twin_app() -> FastAPI:
    """With two routes of one handler, which is told."""
    app = create_app()
    app.get("/slow-too")(slow)
    return app


@router.get("/slow")
async def slow(session: Session, seconds: float) -> str:
    """In a transaction of its own all the time; says so in the log once it has begun."""
    await session.execute(text("SELECT 1"))
    structlog.get_logger().info("slow request begun")
    await asyncio.sleep(seconds)
    return "done"


@router.get("/stop")
async def stop() -> None:
    """A signal that comes in the middle of a request."""
    os.kill(os.getpid(), signal.SIGTERM)


@router.get("/crash")
async def crash() -> None:
    message = "the text of an exception"
    raise RuntimeError(message)


@router.post("/upload", max_body_size=3_000_000)
async def upload(file: UploadFile, title: Annotated[str, Form()]) -> dict[str, object]:
    size = len(await file.read())
    return {"title": title, "name": file.filename, "type": file.content_type, "size": size}


@router.get("/broken-stream")
async def broken_stream() -> StreamingResponse:
    async def parts() -> AsyncIterator[bytes]:
        yield b"first part"
        await asyncio.sleep(0.1)  # so that the first part is on its way
        message = "the text of an exception"
        raise RuntimeError(message)

    return StreamingResponse(parts(), media_type="text/plain")


@router.get("/bind/{name}")
async def bind(name: str) -> None:
    """Add to the log context, and leave it there."""
    structlog.contextvars.bind_contextvars(**{name: "bound"})
    structlog.get_logger().info("bound")


@router.get("/events")
async def events(drain: CurrentDrain) -> StreamingResponse:
    """An event stream without an end of its own."""

    async def parts() -> AsyncIterator[bytes]:
        while not drain.is_set():
            yield b"data: tick\n\n"
            with suppress(TimeoutError):
                await asyncio.wait_for(drain.wait(), 0.1)
        yield b"event: end\ndata: come back\n\n"

    return StreamingResponse(parts(), media_type="text/event-stream")


@router.get("/deaf-events")
async def deaf_events() -> StreamingResponse:
    """An event stream that does not care whether the service wants to stop."""

    async def parts() -> AsyncIterator[bytes]:
        while True:
            yield b"data: tick\n\n"
            await asyncio.sleep(0.1)

    return StreamingResponse(parts(), media_type="text/event-stream")
