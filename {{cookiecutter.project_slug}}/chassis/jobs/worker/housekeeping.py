"""What a worker does beside jobs: it forgets what failed long ago, and tells how things stand."""

from datetime import timedelta

from chassis.jobs.events.relay import Relay
from chassis.jobs.observer import Observer
from chassis.jobs.queue import Queue
from chassis.jobs.worker.worker import Worker


class Housekeeping:
    def __init__(
        self, worker: Worker, queue: Queue, relay: Relay, observer: Observer, keep: timedelta
    ) -> None:
        self._worker = worker
        self._queue = queue
        self._relay = relay
        self._observer = observer
        self._keep = keep

    async def prune(self) -> bool:
        """Some of what failed long ago; True when there may be more."""
        return await self._queue.prune(self._keep) > 0

    async def tell(self) -> bool:
        self._observer.standing(*await self._queue.standing(self._worker.queues))
        self._observer.events(*await self._relay.standing())
        return False
