"""The service with a POST that makes a mark, once for each `Idempotency-Key`."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from fastapi import FastAPI, Response
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.web.idempotency import Once
from tests.chassis import application

MARK = text("INSERT INTO scratch.marks DEFAULT VALUES RETURNING id")

Meanwhile = Callable[[AsyncSession], Awaitable[object]]


async def nothing(_: AsyncSession) -> None:
    """Make the mark and leave it at that."""


async def stop_there(_: AsyncSession) -> None:
    """In the middle of the work, say so and do not go on."""
    structlog.get_logger().info("work begun")
    await asyncio.sleep(600)


class Turn:
    """What happens in the middle of the work, one after the other; then nothing any more."""

    def __init__(self, *steps: Meanwhile) -> None:
        self.steps = list(steps)

    async def __call__(self, session: AsyncSession) -> None:
        if self.steps:
            await self.steps.pop(0)(session)


def keep(app: FastAPI, meanwhile: Meanwhile = nothing) -> None:
    """Add `POST /marks/{kind}`; between making the mark and answering it does `meanwhile`."""

    @app.post("/marks/{kind}", status_code=201)
    async def make(kind: str, once: Once) -> Response:
        async def work(session: AsyncSession) -> Response:
            number = await session.scalar(MARK)
            await meanwhile(session)
            body = f"{kind} {number} \xe9".encode("latin-1")
            response = Response(body, 201, {"Location": f"/marks/{number}"}, "text/x-mark")
            response.set_cookie("first", "1")
            response.set_cookie("second", "2")
            return response

        return await once.run(work)


def create_app() -> FastAPI:
    app = application.create_app()
    keep(app)
    return app


def create_stopping_app() -> FastAPI:
    app = application.create_app()
    keep(app, stop_there)
    return app
