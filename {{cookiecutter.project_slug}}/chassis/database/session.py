"""Sessions: a transaction that is committed at the end of its block, or reads without one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from time import monotonic
from typing import TypeVar

import structlog
from asyncpg import PostgresError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from chassis.database.availability.replica import Replica
from chassis.database.connections.dialect import dialect_of
from chassis.database.connections.engine import Connection
from chassis.database.connections.failover import driver_of
from chassis.database.failures import sqlstate
from chassis.database.quick.direct import DirectReads
from chassis.database.retries import pauses, worth_another_try
from chassis.database.safe_session import sessions_for_reads, sessions_that_commit

Result = TypeVar("Result")


class Database:
    """One engine and the ways to work with it. Everything outside a request starts here."""

    def __init__(self, engine: AsyncEngine, replica: Replica | None = None) -> None:
        self.engine = engine
        self.replica = replica
        dialect_of(engine).heed_errors()
        self._writing = sessions_that_commit(engine)
        self._reading = sessions_for_reads(engine)
        self._reading_replica = sessions_for_reads(replica.engine) if replica else self._reading
        engines = [engine, replica.engine] if replica else [engine]
        events = self._reading().sync_session.dispatch
        self.direct = DirectReads([each.sync_engine for each in engines], events)

    def transaction(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A session whose work is committed at the end of the block, or not at all.

        Raises OutcomeUnknown when the connection breaks during COMMIT.
        """
        return self._writing()

    async def run(
        self,
        work: Callable[[AsyncSession], Awaitable[Result]],
        *,
        attempts: int = 5,
        deadline: float = 5.0,
    ) -> Result:
        """Do the work in a transaction, again from the start when others are in its way.

        It may run several times, so it keeps nothing but what it returns. Attempts end after
        `deadline` seconds; then, and for any other failure, raises what the last one raised. What
        may have been committed is never done again: OutcomeUnknown.
        """
        started = monotonic()
        for pause in pauses(attempts):
            try:
                return await self._run_once(work)
            except (DBAPIError, PostgresError) as error:
                if not worth_another_try(error) or monotonic() - started + pause > deadline:
                    raise
                structlog.get_logger().info(
                    "trying again", because=sqlstate(error), after_seconds=round(pause, 3)
                )
            await asyncio.sleep(pause)
        return await self._run_once(work)

    async def _run_once(self, work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
        async with self.transaction() as session:
            return await work(session)

    @asynccontextmanager
    async def reading(self, *, primary: bool = False) -> AsyncIterator[AsyncSession]:
        """A session for reads: each statement is a transaction, one round trip instead of three.

        Goes to the replica if there is one and it is fit, unless `primary` asks for what was
        written a moment ago. See `sessions_for_reads`.
        """
        if self.replica is not None and self.replica.fit and not primary:
            async with self._reading_replica() as session:
                # Coverage may lose the way out of `async with`, when leaving it takes an await.
                if await _is_connected(session, self.replica):  # pragma: no branch
                    yield session
                    return
        async with self._reading() as session:
            yield session

    @asynccontextmanager
    async def driver_connection(self) -> AsyncIterator[Connection]:
        """Asyncpg's own connection, from the same pool, where the ORM costs too much."""
        failover = dialect_of(self.engine).failover
        async with self.engine.connect() as connection, driver_of(connection, failover) as driver:
            yield driver


async def _is_connected(session: AsyncSession, replica: Replica) -> bool:
    """Connect now, while the primary can still serve instead."""
    try:
        await session.connection()
    except DBAPIError as error:
        replica.lose(f"no connection: {error.orig}")
        return False
    return True
