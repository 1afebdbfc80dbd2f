"""A streaming replica: whether reads may go there, found out beside the requests.

See docs/decisions/0012-reads-from-a-replica.md.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.concurrency.background import in_background
from chassis.database.availability.lag import Lag
from chassis.database.connections import warm_up
from chassis.database.connections.engine import create_engine
from chassis.database.connections.line import FAILURES, Line
from chassis.settings.groups import DatabaseSettings

INTERVAL = 1.0
WRITTEN = "SELECT (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint"
REPLAYED = """
SELECT pg_is_in_recovery() AS in_recovery,
    (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint AS replayed
"""


class Replica:
    """Fit for reads until a check, or a request that cannot connect, finds that it is not."""

    def __init__(self, engine: AsyncEngine, primary: Line, replica: Line, max_lag: float) -> None:
        self.engine = engine
        self.fit = False
        self.latency: float | None = None
        """Seconds of the last round trip that succeeded."""
        self._primary = primary
        self._line = replica
        self._max_lag = max_lag
        self._lag = Lag()
        self._warned = False

    @property
    def lag(self) -> float | None:
        """Seconds; None when not known yet."""
        return self._lag.seconds if self._lag.known else None

    @property
    def server_version(self) -> str | None:
        return self._line.server_version

    async def is_fit(self) -> bool:
        return self.fit

    async def watch(self) -> None:
        while True:
            await self.check()
            await asyncio.sleep(INTERVAL)

    async def check(self) -> None:
        with suppress(*FAILURES):  # without its primary the replica goes on serving
            await self._ask_primary()
        try:
            reason = await self._ask_replica()
            if reason is None and self._lag.known and not self.fit:
                await warm_up.open_connections(self.engine, 1)  # only who can connect is fit
        except (*FAILURES, *warm_up.FAILURES) as error:
            reason = f"{type(error).__name__}: {error}"
        if reason:
            self.lose(reason)
        elif self._lag.known and not self.fit:
            self.fit, self._warned = True, False
            structlog.get_logger().info("reads go to the replica", lag_seconds=self.lag)

    def lose(self, reason: str) -> None:
        """Reads go to the primary from now on; told once."""
        if not self._warned:
            structlog.get_logger().warning(
                "reads go to the primary, the replica is not fit", reason=reason
            )
        self.fit, self._warned = False, True

    async def _ask_primary(self) -> None:
        async with self._primary.open() as connection:
            at = time.monotonic()
            self._lag.written(await connection.fetchval(WRITTEN), at)

    async def _ask_replica(self) -> str | None:
        """Why it is not fit, if so. Raises one of FAILURES."""
        async with self._line.open() as connection:
            started = time.perf_counter()
            found = await connection.fetchrow(REPLAYED)
            self.latency = time.perf_counter() - started
        if not found or not found["in_recovery"]:
            return "it is in no recovery: somebody made it a primary, or it never was a replica"
        self._lag.replayed(found["replayed"] or 0)
        late = self._lag.seconds > self._max_lag
        return f"it is {self._lag.seconds:.1f} s behind" if late else None


@asynccontextmanager
async def watched_replica(
    settings: DatabaseSettings, application_name: str
) -> AsyncIterator[Replica | None]:
    """The replica that the settings name, if they do, under watch until the end of the block."""
    if (database := settings.replica) is None:
        yield None
        return
    async with AsyncExitStack() as stack:
        engine = create_engine(database, application_name)
        stack.push_async_callback(engine.dispose)
        primary = _line(stack, settings, application_name, to_primary=True)
        line = _line(stack, database, application_name, to_primary=False)
        replica = Replica(engine, primary, line, database.replica_max_lag)
        await stack.enter_async_context(in_background(replica.watch()))
        yield replica


def _line(
    stack: AsyncExitStack, database: DatabaseSettings, application_name: str, *, to_primary: bool
) -> Line:
    line = Line(database, f"{application_name} probe", to_primary=to_primary)
    stack.push_async_callback(line.close)
    return line
