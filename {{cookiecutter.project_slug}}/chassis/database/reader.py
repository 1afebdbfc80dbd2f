"""Reads outside a transaction, each on a connection that is held for it alone."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

from asyncpg import ConnectionDoesNotExistError, PostgresError, Record
from sqlalchemy import Executable, Result, ScalarResult, Select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util.concurrency import greenlet_spawn

from chassis.database.connections.dialect import dialect_of
from chassis.database.connections.failover import leave_generation
from chassis.database.model import Entity

if TYPE_CHECKING:
    from chassis.database.session import Database

Model = TypeVar("Model", bound=Entity)


class Reader:
    """Each statement sees what is committed when it starts, in one round trip.

    Between statements no connection is held, and nothing has to be closed. Where several
    statements must see the same moment, or lock what they find, use a transaction.
    """

    def __init__(self, database: "Database", *, primary: bool = False) -> None:
        self._database = database
        self._primary = primary

    async def execute(
        self, statement: Executable, values: Any = None, **options: Any
    ) -> Result[Any]:
        """Raises WriteRefusedError for what is no read."""
        async with self._database.reading(primary=self._primary) as session:
            return await session.execute(statement, values, **options)

    async def scalars(
        self, statement: Executable, values: Any = None, **options: Any
    ) -> ScalarResult[Any]:
        return (await self.execute(statement, values, **options)).scalars()

    async def scalar(self, statement: Executable, values: Any = None) -> Any:
        return (await self.execute(statement, values)).scalar()

    async def entities(
        self, model: type[Model], statement: Select[Any], values: Mapping[str, Any]
    ) -> Sequence[Model]:
        """What a SELECT of the model finds; without the ORM where all about it is plain."""
        query = self._database.direct.query(model, statement, values)
        if query is None:
            return (await self.scalars(statement, values)).all()
        sql, arguments = query
        return self._database.direct.entities(model, await self._fetch(sql, arguments))

    async def _fetch(self, sql: str, arguments: list[Any]) -> list[Record]:
        engine, connection = await self._connected()
        observation = dialect_of(engine).observation
        begun = observation.begun(sql)
        try:
            rows: list[Record] = await connection.driver_connection.fetch(sql, *arguments)
        except BaseException as error:
            observation.ended(sql, begun, error)
            await _fail(engine, connection, error)
            raise
        finally:
            await greenlet_spawn(connection.close)
        observation.ended(sql, begun)
        return rows

    async def _connected(self) -> tuple[AsyncEngine, Any]:
        database, replica = self._database, self._database.replica
        if replica is not None and replica.fit and not self._primary:
            try:
                return replica.engine, await _checked_out(replica.engine)
            except PostgresError as error:
                replica.lose(f"no connection: {error}")
        return database.engine, await _checked_out(database.engine)


async def _checked_out(engine: AsyncEngine) -> Any:
    """Raises what the driver raised."""
    try:
        return await greenlet_spawn(engine.sync_engine.raw_connection)
    except engine.dialect.loaded_dbapi.Error as error:
        raise cast("Exception", error.__cause__) from None


async def _fail(engine: AsyncEngine, connection: Any, error: BaseException) -> None:
    if isinstance(error, asyncio.CancelledError):
        await greenlet_spawn(connection.invalidate)  # the answer is still on its way
    elif dialect_of(engine).failover.noticed(error, connection.driver_connection):
        leave_generation(engine, connection)
        await greenlet_spawn(connection.invalidate)
    elif not isinstance(error, PostgresError) and connection.driver_connection.is_closed():
        # Whatever asyncpg, its protocol or the socket called it.
        message = f"the connection broke: {type(error).__name__}: {error}"
        raise ConnectionDoesNotExistError(message) from error
