"""One attempt at one job, from its claim to what came of it."""

import asyncio
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

import structlog

from chassis.database.session import Database
from chassis.jobs.claimed import Claimed, LeaseLostError
from chassis.jobs.context import begin, trace_in
from chassis.jobs.definition import GiveUp, Job
from chassis.jobs.observer import Observer, Outcome
from chassis.jobs.queue import Queue
from chassis.jobs.run import Run
from chassis.observability.trace_context import TraceContext, next_in_trace
from chassis.redaction.texts import redact_text

if TYPE_CHECKING:
    from chassis.jobs.worker.spans import JobSpans

LONGEST_ERROR = 2_000


class Ended(NamedTuple):
    """What came of an attempt."""

    name: str
    outcome: Outcome
    error: Exception | None = None


class Performer:
    def __init__(
        self,
        queue: Queue,
        database: Database,
        observer: Observer,
        spans: "JobSpans | None" = None,
        state: Any = None,
    ) -> None:
        self._queue = queue
        self._database = database
        self._observer = observer
        self._spans = spans
        self._state = state

    async def perform(self, job: Job[...], claim: Claimed) -> Ended:
        """Raises nothing but CancelledError, and what the database does when it is told."""
        if self._spans is None:
            return await self._told(job, claim, next_in_trace(trace_in(claim.context)))
        with self._spans.attempt(job.name, claim.context) as trace:
            ended = await self._told(job, claim, trace)
            if ended.error is not None:
                self._spans.failed()
        return ended

    async def _told(self, job: Job[...], claim: Claimed, trace: TraceContext) -> Ended:
        begin(claim, trace)
        started = perf_counter()
        ended = Ended(job.name, "cut off")
        try:
            ended = await self._attempt(job, claim)
        finally:
            seconds = perf_counter() - started
            self._observer.ended(job.name, ended.outcome, seconds)
            structlog.get_logger().info(
                "job", outcome=ended.outcome, duration_ms=round(seconds * 1000, 2)
            )
        return ended

    async def _attempt(self, job: Job[...], claim: Claimed) -> Ended:
        if claim.attempt > job.max_attempts:
            return await self._fail(job, claim, None)
        run = Run(claim, self._database, self._state)
        try:
            async with asyncio.timeout(job.timeout):
                await job.perform(run, claim.arguments)
                if not run.ended:
                    await run.end()
        except asyncio.CancelledError:
            if not run.ended:
                await self._queue.again(claim, counts=False)
            raise
        except LeaseLostError as error:
            structlog.get_logger().warning("the job is another worker's by now: rolled back")
            return Ended(job.name, "lost", error)
        except Exception as error:  # noqa: BLE001  whatever a job raises is what came of it
            if run.ended:
                structlog.get_logger().exception("the job failed after its end", exc_info=error)
                return Ended(job.name, "done", error)
            return await self._failed(job, claim, error)
        return Ended(job.name, "done")

    async def _failed(self, job: Job[...], claim: Claimed, error: Exception) -> Ended:
        if claim.attempt >= job.max_attempts or isinstance(error, GiveUp):
            return await self._fail(job, claim, error)
        pause = job.pause_after(claim.attempt - 1)
        structlog.get_logger().warning(
            "the job will be tried again", after_seconds=round(pause, 1), exc_info=error
        )
        await self._queue.again(claim, pause, told(error))
        return Ended(job.name, "again", error)

    async def _fail(self, job: Job[...], claim: Claimed, error: Exception | None) -> Ended:
        why = told(error) if error else "Its workers ended without a word, at every attempt."
        structlog.get_logger().error("the job failed", because=why, exc_info=error)
        await self._queue.fail(claim, why)
        return Ended(job.name, "failed", error)


def told(error: Exception) -> str:
    """For who lists what has failed: the traceback is in the log.

    A problem's own words are for clients; what its cause says is for us.
    """
    because = f" ({error.__cause__})" if str(error.__cause__ or "") else ""
    return redact_text(f"{type(error).__name__}: {error}{because}")[:LONGEST_ERROR]
