"""Sessions: one for each request, committed before its response; others for jobs and streams."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, cast

from fastapi import Depends
from sqlalchemy.exc import DBAPIError, IllegalStateChangeError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from starlette.requests import HTTPConnection

from app.database.engine import Connection
from app.database.guards import refuse_commit_after_error, refuse_writes
from app.problems import OutcomeUnknown


class SafeSession(AsyncSession):
    """Gives its connection back even when a task of the request is still using it."""

    async def close(self) -> None:
        transaction = self.sync_session.get_transaction()
        try:
            await super().close()
        except IllegalStateChangeError:  # the task is only about to get the connection
            await asyncio.sleep(0.01)
            await self.close()
        except DBAPIError:  # ROLLBACK cannot be sent: end the connection, and the server does it
            await self.run_sync(lambda _: transaction.close(invalidate=True))  # type: ignore[union-attr]  # else it could not fail


class Database:
    """One engine and the ways to work with it. Everything outside a request starts here."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        refuse_commit_after_error(engine)
        reading_engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        refuse_writes(reading_engine)
        # close_resets_only=False: a session used after its end fails, instead of taking another
        # connection that nobody gives back.
        self._writing = async_sessionmaker(
            engine, class_=SafeSession, expire_on_commit=False, close_resets_only=False
        )
        self._reading = async_sessionmaker(
            reading_engine,
            class_=SafeSession,
            expire_on_commit=False,
            close_resets_only=False,
            autoflush=False,
        )

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session whose work is committed at the end of the block, or not at all.

        Raises OutcomeUnknown when the connection breaks during COMMIT.
        """
        async with self._writing() as session:
            yield session
            await session.flush()
            try:
                await session.commit()
            except DBAPIError as error:
                if error.connection_invalidated:
                    raise OutcomeUnknown from error
                raise

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session for reads: each statement is a transaction, one round trip instead of three.

        Raises WriteRefusedError for any other statement. Has no `stream()`: a cursor of the
        server's lives in a transaction.
        """
        async with self._reading() as session:
            yield session

    @asynccontextmanager
    async def driver_connection(self) -> AsyncIterator[Connection]:
        """Asyncpg's own connection, from the same pool, where the ORM costs too much."""
        async with self.engine.connect() as connection:
            pooled = await connection.get_raw_connection()
            yield cast("Connection", pooled.driver_connection)


async def _database(connection: HTTPConnection) -> Database:
    database: Database = connection.app.state.database
    return database


CurrentDatabase = Annotated[Database, Depends(_database)]
"""For streams and background tasks, which outlive the request's session: open one of their own."""


async def _session(database: CurrentDatabase) -> AsyncIterator[AsyncSession]:
    async with database.transaction() as session:
        yield session


async def _read_session(database: CurrentDatabase) -> AsyncIterator[AsyncSession]:
    async with database.reading() as session:
        yield session


# Scope "function" is what puts COMMIT before the response; the default commits after it.
Session = Annotated[AsyncSession, Depends(_session, scope="function")]
"""The request's transaction; the same one in everything that asks for it."""

ReadSession = Annotated[AsyncSession, Depends(_read_session, scope="function")]
"""The request's reads."""
