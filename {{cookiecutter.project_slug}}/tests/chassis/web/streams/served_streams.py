"""The service and a few streams, for tests over a real socket: see `serving.py`."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, FastAPI
from fastapi import routing as fastapi_routing
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy import text

from chassis.web.sessions import CurrentDatabase
from chassis.web.streams.beginning import begun
from chassis.web.streams.resumption import last_event_id
from chassis.web.streams.stream import Stream
from tests.chassis import application

router = APIRouter(prefix="/streams")
log = structlog.get_logger()


def create_app() -> FastAPI:
    app = application.create_app()
    app.include_router(router)
    return app


def create_lively_app() -> FastAPI:
    """Whose streams show sooner that they live."""
    setattr(fastapi_routing, "_PING_INTERVAL", 0.05)  # noqa: B010  it is not exported
    return create_app()


async def ticks(seconds: float) -> AsyncGenerator[str, None]:
    """One, and then one more each `seconds`; says in the log that it has ended."""
    try:
        while True:
            yield "tick"
            await asyncio.sleep(seconds)
    finally:
        log.info("source ended")


@router.get("/endless", response_class=EventSourceResponse)
async def endless(stream: Stream, seconds: float) -> AsyncIterator[object]:
    async for event in stream(ticks(seconds)):
        yield event


async def opened(seconds: float) -> AsyncIterator[AsyncIterator[str]]:
    async with begun(ticks(seconds)) as source:
        yield source


@router.get("/begun", response_class=EventSourceResponse)
async def has_begun(
    source: Annotated[AsyncIterator[str], Depends(opened)], stream: Stream
) -> AsyncIterator[object]:
    async for event in stream(source):
        yield event


async def counted(database: CurrentDatabase, until: int) -> AsyncIterator[int]:
    for number in range(until):
        async with database.transaction() as session:
            found = await session.scalar(text("SELECT :number"), {"number": str(number)})
        yield int(found or 0)
        await asyncio.sleep(0.05)


@router.get("/counted", response_class=EventSourceResponse)
async def count(stream: Stream, database: CurrentDatabase, until: int) -> AsyncIterator[object]:
    async for event in stream(counted(database, until), finishing=True):
        yield event


async def rows(database: CurrentDatabase, seen: int, until: int) -> AsyncIterator[ServerSentEvent]:
    """Of a table that grows, see `test_rolling_restart.py`."""
    statement = text("SELECT id FROM readings WHERE id > :seen ORDER BY id")
    while seen < until:
        async with database.reading() as session:
            found = (await session.scalars(statement, {"seen": seen})).all()
        for number in found:
            yield ServerSentEvent(data=number, id=str(number))
            seen = number
        await asyncio.sleep(0.02)


@router.get("/rows", response_class=EventSourceResponse)
async def feed(
    stream: Stream,
    database: CurrentDatabase,
    until: int,
    after: Annotated[int | None, last_event_id(int)],
) -> AsyncIterator[object]:
    async for event in stream(rows(database, after or 0, until)):
        yield event
