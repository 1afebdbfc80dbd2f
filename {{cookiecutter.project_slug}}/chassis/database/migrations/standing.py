"""Whether the database has the migrations of this code, while the service runs.

Asked at start, then only as long as it lacks some: see
docs/decisions/0034-ready-with-its-migrations.md.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from chassis.concurrency.background import in_background
from chassis.database.availability.probe import Probe
from chassis.database.connections.line import FAILURES
from chassis.database.connections.warm_up import WarmUp
from chassis.database.migrations import history

AGAIN = 2.0
UPGRADE = "Run `make migrate` (`alembic upgrade head`)."


class Standing:
    def __init__(self, probe: Probe, *, required: bool) -> None:
        self._probe = probe
        self._required = required
        self._asked_at = float("-inf")
        self._settled = False
        self.pending: int | None = None
        """How many the database lacks; None when that is not known."""

    async def suffice(self) -> bool:
        """For readiness. What cannot be known, by the role or the image, is no reason to wait."""
        await self._check()
        return self._settled or not self._required

    async def _check(self) -> None:
        """Asks nobody any more once the database has them all."""
        if not self._settled and time.monotonic() - self._asked_at > AGAIN:
            self._asked_at = time.monotonic()
            with suppress(*FAILURES):
                await self._ask()

    async def follow(self, opened: asyncio.Event) -> None:
        """From the first connection on; without one, a probe is the first who asks."""
        await opened.wait()
        while not self._settled:
            await self._check()
            await asyncio.sleep(AGAIN)

    async def _ask(self) -> None:
        code = await asyncio.to_thread(history.history, history.VERSIONS)
        applied = await self._probe.ask(history.applied) if code else None
        behind = self.pending
        self.pending = None if code is None or applied is None else code.pending(applied)
        self._settled = not self.pending
        if self.pending and not behind:
            ready = not self._required
            structlog.get_logger().warning(
                "migrations are pending", pending=self.pending, ready=ready, do=UPGRADE
            )
        elif behind and not self.pending:
            structlog.get_logger().info("the database has all migrations")


@asynccontextmanager
async def standing(probe: Probe, warm_up: WarmUp, *, required: bool) -> AsyncIterator[Standing]:
    found = Standing(probe, required=required)
    async with in_background(found.follow(warm_up.opened)):
        yield found
