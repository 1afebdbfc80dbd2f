"""Connections opened before the first request needs one: each takes many round trips."""

import asyncio
from contextlib import AsyncExitStack

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

PAUSE = 1.0
FAILURES = (SQLAlchemyError, ValueError)


class WarmUp:
    """A database that is away delays readiness, and not the start: it goes on trying."""

    def __init__(self, engine: AsyncEngine, connections: int) -> None:
        self._engine = engine
        self._connections = connections
        self.done = connections == 0
        self.opened = asyncio.Event()
        """Never set where there is nothing to open."""

    async def run(self) -> None:
        complained = False
        while not self.done:
            try:
                await open_connections(self._engine, self._connections)
                self.done = True
                self.opened.set()
            except FAILURES as error:
                if not complained:
                    structlog.get_logger().warning(
                        "not ready yet, the database is away", reason=str(error)
                    )
                complained = True
                await asyncio.sleep(PAUSE)


async def open_connections(engine: AsyncEngine, count: int) -> None:
    """Have so many at the same time; they stay in the pool. Raises one of FAILURES."""
    async with AsyncExitStack() as stack:
        for _ in range(count):
            await stack.enter_async_context(engine.connect())
