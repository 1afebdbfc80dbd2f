"""Sessions of any engine that speaks asyncpg, and how they end: here is the COMMIT.

At once when all went well, and in every other case all the same.
"""

import asyncio
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError, IllegalStateChangeError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.util.concurrency import greenlet_spawn

from chassis.database import after_commit
from chassis.database.after_commit import Callback
from chassis.database.guards import refuse_writes
from chassis.problems import OutcomeUnknown

Kind = TypeVar("Kind", bound="SafeSession")


class SafeSession(AsyncSession):
    """Gives its connection back even when a task of the request is still using it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _settle_events(self.sync_session.dispatch)

    async def close(self) -> None:
        transaction = self.sync_session.get_transaction()
        while True:
            try:
                await super().close()
            except IllegalStateChangeError:
                # The task is only about to get the connection; the pool's timeouts bound that.
                await asyncio.sleep(0.01)
            except DBAPIError:  # ROLLBACK cannot be sent: end the connection, the server does it
                await self.run_sync(lambda _: transaction.close(invalidate=True))  # type: ignore[union-attr]  # else it could not fail
                return
            else:
                return


class CommittingSession(SafeSession):
    """Commits at the end of its block, unless that fails."""

    _ended = False
    _attempted = False
    _callbacks: tuple[Callback, ...] = ()

    def after_commit(self, callback: Callback) -> None:
        """Await it once all has ended and the connection is given back; not after a rollback.

        Also when nobody knows whether COMMIT succeeded, or it was refused, or the task has been
        cancelled during it: do what does no harm then. What it raises is logged.
        """
        self._callbacks += (callback,)

    async def __aexit__(self, *failure: object) -> None:
        """Raises OutcomeUnknown when the connection breaks during COMMIT."""
        try:
            if failure[0] is None:
                await greenlet_spawn(self._end)
        finally:
            try:
                if not self._ended:  # in a task that no cancellation reaches
                    await super().__aexit__(*failure)
            finally:
                if self._attempted and self._callbacks:
                    await after_commit.call(self._callbacks)

    async def commit(self) -> None:
        self._attempted = True
        await super().commit()

    def _end(self) -> None:
        """Flush, COMMIT and close in one greenlet; three cost a quarter of a small transaction."""
        session = self.sync_session
        session.flush()
        self._attempted = True
        try:
            session.commit()
        except DBAPIError as error:
            if error.connection_invalidated:
                raise OutcomeUnknown from error
            raise
        if not session.in_transaction():  # else somebody has begun another, which may not end well
            session.close()
            self._ended = True


def committing(session: AsyncSession) -> CommittingSession:
    """A session of `Database.transaction`, as what it is. Raises TypeError for one of reads."""
    if not isinstance(session, CommittingSession):
        message = f"{type(session).__name__} commits nothing: take the session that changes"
        raise TypeError(message)
    return session


def sessions_that_commit(engine: AsyncEngine) -> async_sessionmaker[CommittingSession]:
    """Each is a transaction, committed at the end of its block, or rolled back."""
    return _sessions(engine, CommittingSession)


def sessions_for_reads(engine: AsyncEngine) -> async_sessionmaker[SafeSession]:
    """Each statement is a transaction, one round trip instead of three.

    They raise WriteRefusedError for any other statement, and have no `stream()`: a cursor of the
    server's lives in a transaction.
    """
    reading_engine = engine.execution_options(isolation_level="AUTOCOMMIT")
    refuse_writes(reading_engine)
    return _sessions(reading_engine, SafeSession, autoflush=False)


def _sessions(engine: AsyncEngine, kind: type[Kind], **options: Any) -> async_sessionmaker[Kind]:
    # close_resets_only=False: a session used after its end fails, instead of taking another
    # connection that nobody gives back.
    return async_sessionmaker(
        engine, class_=kind, expire_on_commit=False, close_resets_only=False, **options
    )


def _settle_events(dispatch: Any) -> None:
    """Note at once that nobody listens; found out event by event, that is 3 % of a create.

    SQLAlchemy does the same for each event when it is first looked for, by an AttributeError.
    """
    for name, nobody in dispatch._empty_listeners.items():  # noqa: SLF001  it has no public name
        setattr(dispatch, name, nobody)
