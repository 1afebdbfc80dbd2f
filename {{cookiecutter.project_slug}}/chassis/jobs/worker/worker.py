"""Takes jobs that are due and does them, so many at once."""

import asyncio
from contextvars import Context
from time import monotonic

import structlog

from chassis.concurrency.detached import detached
from chassis.jobs.claimed import Claimed
from chassis.jobs.queue import Queue
from chassis.jobs.registry import Registry
from chassis.jobs.settings import JobSettings
from chassis.jobs.worker.leases import Leases
from chassis.jobs.worker.performing import Ended, Performer
from chassis.jobs.worker.repeating import repeat
from chassis.web.serving.drain import Drain


class Worker:
    def __init__(
        self, registry: Registry, queue: Queue, performer: Performer, settings: JobSettings
    ) -> None:
        self._jobs = registry.jobs
        self._queue = queue
        self._performer = performer
        self._most = settings.concurrency
        self.poll = settings.poll
        self.queues = registry.queues(settings.queues)
        self.leases = Leases(queue, settings.lease)
        self.moved_at = monotonic()
        """When it last looked for jobs."""

    async def run(self, drain: Drain) -> None:
        """Until the drain begins; from then on it claims nothing. See `finish`."""

        async def fill() -> bool:
            self.moved_at = monotonic()
            return await self._fill(drain)

        await repeat("claim", fill, self.poll, drain)

    async def once(self) -> list[Ended]:
        """Do all that is due now, and what these jobs enqueue; returns what came of each."""
        done: list[Ended] = []
        while claims := await self._claim(self._most):
            tasks = [self._begin(each) for each in claims]
            await asyncio.wait(tasks)
            done += [task.result() for task in tasks]
        return done

    async def finish(self, within: float) -> None:
        """Wait for what is being done; what takes longer is cut off and put back."""
        if self.leases.held:
            await asyncio.wait(self.leases.held, timeout=within)
        if left := list(self.leases.held):
            structlog.get_logger().warning("jobs are cut off and put back", jobs=len(left))
            for task in left:
                task.cancel()
            await asyncio.wait(left)

    async def _fill(self, drain: Drain) -> bool:
        """Begin as many as there is room for; True when there may be more to begin."""
        room = self._most - len(self.leases.held)
        if room == 0:
            await asyncio.wait(
                self.leases.held, timeout=self.poll, return_when=asyncio.FIRST_COMPLETED
            )
            return True
        claims = await self._claim(room)
        for claim in claims:
            if drain.is_set():
                await self._queue.again(claim, counts=False)
            else:
                drain_task = self._begin(claim)
                drain.begun(drain_task)
                drain_task.add_done_callback(drain.ended)
        return len(claims) == room

    async def _claim(self, most: int) -> list[Claimed]:
        claims: list[Claimed] = []
        for queue in self.queues:
            if room := most - len(claims):
                claims += await self._queue.claim(queue, list(self._jobs), room)
        return claims

    def _begin(self, claim: Claimed) -> asyncio.Task[Ended]:
        work = self._performer.perform(self._jobs[claim.name], claim)
        task = detached(work, context=Context())  # nothing of another job's
        self.leases.hold(task, claim)
        return task
