"""SyncDatabase: `Database` for code without an event loop, as views of Flask and Django are."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database.failures import failures_as_problems
from chassis.database.opening import open_database
from chassis.database.reader import Reader
from chassis.database.sync.loop_thread import LoopThread
from chassis.settings.groups import DatabaseSettings

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class SyncDatabase:
    """Runs its pool and your work on an event loop, in a thread of its own.

    The work is a coroutine function that takes a session, or a reader, and what is given along
    with it. A failure of the database is raised as the Problem that it means. CannotWaitError
    tells of a use that would wait for ever: after a fork, or inside of an event loop.
    """

    def __init__(self, settings: DatabaseSettings, application_name: str) -> None:
        """Make it once in each process, where a worker starts: no thread survives a fork."""
        self._thread = LoopThread(open_database(settings, application_name))

    def transaction(
        self,
        work: Callable[Concatenate[AsyncSession, Arguments], Awaitable[Result]],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result:
        """What the work returns, once that is committed; rolled back when it raises."""

        async def once() -> Result:
            async with self._thread.held.database.transaction() as session:
                return await work(session, *args, **kwargs)

        return self._wait_for(once())

    def run(
        self,
        work: Callable[Concatenate[AsyncSession, Arguments], Awaitable[Result]],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result:
        """As `transaction`, and again from the start when others are in its way: `Database.run`."""
        database = self._thread.held.database
        return self._wait_for(database.run(lambda session: work(session, *args, **kwargs)))

    def reading(
        self,
        work: Callable[Concatenate[Reader, Arguments], Awaitable[Result]],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result:
        """What the work finds, each statement one round trip; from a replica, if one is fit."""

        async def once() -> Result:
            return await work(Reader(self._thread.held.database), *args, **kwargs)

        return self._wait_for(once())

    def available(self) -> bool:
        """Whether the primary answers; asked beside the pool, and at most once a second."""
        return self._wait_for(self._thread.held.probe.check())

    def close(self) -> None:
        """Give every connection back to PostgreSQL."""
        self._thread.close()

    def _wait_for(self, work: Coroutine[Any, Any, Result]) -> Result:
        with failures_as_problems():
            return self._thread.wait_for(work)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
