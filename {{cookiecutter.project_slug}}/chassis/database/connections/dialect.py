# mypy: disable-error-code="no-untyped-call"
# Most methods of SQLAlchemy's dialects have no types.
"""How SQLAlchemy speaks to PostgreSQL: by asyncpg, with an eye on every statement and COMMIT.

Its methods do what others have listeners for. With one of those on an engine, SQLAlchemy sets up
each of its events again for each connection that it checks out: 7 % of a create.
"""

from collections.abc import Callable
from time import perf_counter
from typing import Any, cast

from sqlalchemy import Connection, event
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.engine.interfaces import ExecuteStyle
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import PoolProxiedConnection

from chassis.database.connections.failover import Failover
from chassis.database.connections.observation import QueryObservation, add_database_time

FAILED = "failed in this transaction"


class CommitRefusedError(RuntimeError):
    """A statement failed, the code went on, and PostgreSQL would answer COMMIT by rolling back."""


class ServiceDialect(PGDialect_asyncpg):
    supports_statement_cache = True

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.observation = QueryObservation()
        self.failover = Failover()
        self._knows_server = False

    def initialize(self, connection: Connection) -> None:
        super().initialize(connection)
        self._knows_server = True

    def do_execute(self, cursor: Any, statement: str, *rest: Any) -> None:
        self._observed(super().do_execute, cursor, statement, *rest)

    def do_executemany(self, cursor: Any, statement: str, *rest: Any) -> None:
        self._observed(super().do_executemany, cursor, statement, *rest)

    def do_execute_no_params(self, cursor: Any, statement: str, *rest: Any) -> None:
        self._observed(super().do_execute_no_params, cursor, statement, *rest)

    def heed_errors(self) -> None:
        """From now on refuse COMMIT after an error, and leave a server that takes no writes.

        Else a swallowed failure ends in a success that stored nothing, and after a failover each
        write fails until its connection is recycled.
        """
        self.failover.expected = True
        event.listen(self, "handle_error", self._heed)

    def _heed(self, context: ExceptionContext) -> None:
        self.failover.heed(context)
        if context.connection is not None and not context.is_disconnect:
            context.connection.info[FAILED] = True

    def do_begin(self, dbapi_connection: PoolProxiedConnection) -> None:
        dbapi_connection.info.pop(FAILED, None)  # no rollback follows a bad COMMIT
        super().do_begin(dbapi_connection)

    def do_commit(self, dbapi_connection: PoolProxiedConnection) -> None:
        if dbapi_connection.info.get(FAILED):
            message = "a statement failed in this transaction and the failure was swallowed"
            raise CommitRefusedError(message)
        begun = perf_counter()
        super().do_commit(dbapi_connection)
        add_database_time(perf_counter() - begun)

    def do_rollback_to_savepoint(self, connection: Connection, name: str) -> None:
        super().do_rollback_to_savepoint(connection, name)
        connection.info.pop(FAILED, None)

    def _observed(self, send: Callable[..., None], cursor: Any, statement: str, *rest: Any) -> None:
        if not self._knows_server:  # SQLAlchemy's own questions
            send(cursor, statement, *rest)
            return
        *_, context = rest
        bulk = context.execute_style is ExecuteStyle.INSERTMANYVALUES
        begun = self.observation.begun(statement, one_of_a_bulk=bulk)
        try:
            send(cursor, statement, *rest)
        except BaseException as error:
            self.observation.ended(statement, begun, error)
            raise
        self.observation.ended(statement, begun)


def dialect_of(engine: AsyncEngine) -> ServiceDialect:
    return cast("ServiceDialect", engine.dialect)
