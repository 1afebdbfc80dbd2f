"""What a route asks for to reach the database: one transaction for a request, or its reads.

The transaction is committed before the response is sent, and rolled back when the route raises:
`chassis/database/safe_session.py`.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import cache
from typing import Annotated, TypeVar

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection

from chassis.database.reader import Reader
from chassis.database.session import Database
from chassis.web.service import service_of

Repository = TypeVar("Repository")


async def _database(connection: HTTPConnection) -> Database:
    database: Database = service_of(connection).state["database"]
    return database


CurrentDatabase = Annotated[Database, Depends(_database)]
"""For streams and background tasks, which outlive the request's session: open one of their own."""


async def _session(database: CurrentDatabase) -> AsyncIterator[AsyncSession]:
    async with database.transaction() as session:
        yield session


async def _reader(connection: HTTPConnection) -> Reader:
    return Reader(service_of(connection).state["database"])


async def _primary_reader(connection: HTTPConnection) -> Reader:
    return Reader(service_of(connection).state["database"], primary=True)


# Scope "function" is what puts COMMIT before the response; the default commits after it.
Session = Annotated[AsyncSession, Depends(_session, scope="function")]
"""The request's transaction; the same one in everything that asks for it."""

ReadSession = Annotated[Reader, Depends(_reader)]
"""The request's reads; from the replica if there is one, a moment behind the primary."""

PrimaryReadSession = Annotated[Reader, Depends(_primary_reader)]
"""The request's reads where they must see what was written a moment ago."""


@cache  # one repository, one dependency: `app.dependency_overrides` finds it again
def in_transaction(
    repository: Callable[[AsyncSession], Repository],
) -> Callable[..., Awaitable[Repository]]:
    """For `Depends`: the repository in the request's transaction."""

    async def dependency(session: Session) -> Repository:
        return repository(session)

    return dependency


@cache
def for_reads(repository: Callable[[Reader], Repository]) -> Callable[..., Awaitable[Repository]]:
    """For `Depends`: the repository for the request's reads, as `ReadSession`."""

    async def dependency(connection: HTTPConnection) -> Repository:  # one dependency less
        return repository(Reader(service_of(connection).state["database"]))

    return dependency
