"""The service and a few routes on a table of counters, to be served while something fails."""

import asyncio
import os

import structlog
from fastapi import APIRouter, FastAPI, Request
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database.connections import line, password
from chassis.database.reader import Reader
from chassis.web.sessions import CurrentDatabase, ReadSession, Session
from tests.chassis import application

FACTORY = "tests.chassis.failures.served:create_app"
SETUP = """
CREATE TABLE IF NOT EXISTS counters (key integer PRIMARY KEY, value integer NOT NULL DEFAULT 0);
TRUNCATE counters;
INSERT INTO counters SELECT generate_series(0, 99);
"""
READ = text("SELECT value FROM counters WHERE key = :key")
ADD = text("UPDATE counters SET value = value + 1 WHERE key = :key RETURNING value")
SUM = text("SELECT sum(value) FROM counters")
SLEEP = text("SELECT pg_sleep(:seconds)")

router = APIRouter()


async def value(session: AsyncSession | Reader, statement: TextClause, key: int) -> int:
    found: int = (await session.scalars(statement, {"key": key})).one()
    return found


def create_app() -> FastAPI:
    # A busy machine changes two passwords more slowly, and is no database that is away.
    password.MOMENT, line.TIMEOUT = 5, 10
    app = application.create_app()
    app.include_router(router)
    app.state.meeting = asyncio.Barrier(2)
    return app


@router.get("/who")
async def who(session: ReadSession) -> tuple[int, int]:
    """The process that answers, and the one of the database that it asks."""
    return os.getpid(), (await session.scalars(text("SELECT pg_backend_pid()"))).one()


@router.get("/sleep")
async def sleep(session: Session, seconds: float) -> None:
    structlog.get_logger().info("asleep")
    await session.execute(SLEEP, {"seconds": seconds})


@router.get("/counters/{key}")
async def read(session: ReadSession, key: int) -> int:
    return await value(session, READ, key)


@router.post("/counters/{key}")
async def add(session: Session, key: int) -> int:
    return await value(session, ADD, key)


@router.get("/retried/counters/{key}")
async def read_again(database: CurrentDatabase, key: int) -> int:
    async def work(session: AsyncSession) -> int:
        return await value(session, READ, key)

    return await database.run(work)


@router.post("/retried/counters/{key}")
async def add_again(database: CurrentDatabase, key: int) -> int:
    async def work(session: AsyncSession) -> int:
        return await value(session, ADD, key)

    return await database.run(work)


@router.post("/both/{one}/{other}")
async def add_to_both(session: Session, request: Request, one: int, other: int) -> None:
    """Two requests that name the same two counters the other way round block each other."""
    await session.execute(ADD, {"key": one})
    await request.app.state.meeting.wait()
    await session.execute(ADD, {"key": other})


@router.post("/retried/both/{one}/{other}")
async def add_to_both_again(
    database: CurrentDatabase, request: Request, one: int, other: int
) -> int:
    """How many attempts it took."""
    attempts = 0

    async def work(session: AsyncSession) -> None:
        nonlocal attempts
        attempts += 1
        await session.execute(ADD, {"key": one})
        if attempts == 1:
            await request.app.state.meeting.wait()
        await session.execute(ADD, {"key": other})

    await database.run(work)
    return attempts


@router.post("/retried/serializable/{key}")
async def add_the_sum(database: CurrentDatabase, request: Request, key: int) -> int:
    """How many attempts it took; of two at once, with different counters, one has to yield."""
    attempts = 0

    async def work(session: AsyncSession) -> None:
        nonlocal attempts
        attempts += 1
        await session.connection(execution_options={"isolation_level": "SERIALIZABLE"})
        await session.execute(SUM)
        if attempts == 1:
            await request.app.state.meeting.wait()
        await session.execute(ADD, {"key": key})

    await database.run(work)
    return attempts
