"""What this process is doing, and for how long nobody else will begin it."""

import asyncio
from time import monotonic

import structlog

from chassis.jobs.claimed import Claimed
from chassis.jobs.queue import Queue
from chassis.jobs.worker.performing import Ended

BEATS = 3
"""In the time of a lease: two may fail before it is lost."""


class Leases:
    def __init__(self, queue: Queue, seconds: float) -> None:
        self._queue = queue
        self._seconds = seconds
        self.held: dict[asyncio.Task[Ended], Claimed] = {}
        self._until: dict[asyncio.Task[Ended], float] = {}

    def hold(self, task: asyncio.Task[Ended], claim: Claimed) -> None:
        """Until the task ends. To be called at once after the claim."""
        self.held[task] = claim
        self._until[task] = monotonic() + self._seconds
        task.add_done_callback(self._let_go)

    async def keep(self) -> None:
        """For as long as anything may be held."""
        while True:
            await asyncio.sleep(self._seconds / BEATS)
            try:
                await self.beat()
            except Exception as error:  # noqa: BLE001  the next one may go well
                structlog.get_logger().warning("no lease could be extended", exc_info=error)
            self._give_up()

    async def beat(self) -> None:
        began, held = monotonic(), dict(self.held)
        if held:
            extended = await self._queue.extend(held.values())
            for task, claim in held.items():
                if claim.id in extended and task in self._until:
                    self._until[task] = began + self._seconds

    def _give_up(self) -> None:
        """What may be another worker's by now goes on in vain: its end would be rolled back."""
        now = monotonic()
        for task in [it for it, until in self._until.items() if until < now]:
            structlog.get_logger().warning("a lease is lost", job_id=str(self.held[task].id))
            task.cancel()

    def _let_go(self, task: asyncio.Task[Ended]) -> None:
        claim = self.held.pop(task)
        del self._until[task]
        if not task.cancelled() and (error := task.exception()) is not None:
            # The database was away: when the lease ends, the job is begun again.
            structlog.get_logger().warning(
                "what came of a job is not stored", job_id=str(claim.id), exc_info=error
            )
