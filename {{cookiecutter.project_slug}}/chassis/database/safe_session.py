"""How a session ends: at once when all went well, and in every other case all the same."""

import asyncio
from time import perf_counter
from typing import Any

from sqlalchemy.exc import DBAPIError, IllegalStateChangeError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.util.concurrency import greenlet_spawn

from chassis.database.connections.observation import add_database_time
from chassis.problems import OutcomeUnknown


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

    async def __aexit__(self, *failure: object) -> None:
        """Raises OutcomeUnknown when the connection breaks during COMMIT."""
        try:
            if failure[0] is None:
                await greenlet_spawn(self._end)
        finally:
            if not self._ended:  # in a task that no cancellation reaches
                await super().__aexit__(*failure)

    def _end(self) -> None:
        """Flush, COMMIT and close in one greenlet; three cost a quarter of a small transaction."""
        session = self.sync_session
        session.flush()
        started = perf_counter()
        try:
            session.commit()
        except DBAPIError as error:
            if error.connection_invalidated:
                raise OutcomeUnknown from error
            raise
        add_database_time(perf_counter() - started)
        if not session.in_transaction():  # else somebody has begun another, which may not end well
            session.close()
            self._ended = True


def _settle_events(dispatch: Any) -> None:
    """Note at once that nobody listens; found out event by event, that is 3 % of a create.

    SQLAlchemy does the same for each event when it is first looked for, by an AttributeError.
    """
    for name, nobody in dispatch._empty_listeners.items():  # noqa: SLF001  it has no public name
        setattr(dispatch, name, nobody)
