"""What is counted of jobs and events, where metrics are on."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from chassis.jobs.observer import Outcome
from chassis.jobs.queue import Standing
from chassis.observability.metrics.harmless import harmless

SECONDS = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0)


class JobRecorder:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._jobs = Counter(
            "jobs_total",
            "Attempts at jobs, by what came of them.",
            ["name", "outcome"],
            registry=registry,
        )
        self._seconds = Histogram(
            "job_duration_seconds", "Of one attempt.", ["name"], registry=registry, buckets=SECONDS
        )
        self._due = Gauge(
            "jobs_due",
            "Jobs that could be done now; counted up to 10,000.",
            ["queue"],
            registry=registry,
        )
        self._oldest = Gauge(
            "jobs_oldest_due_seconds",
            "For how long the first one has been due.",
            ["queue"],
            registry=registry,
        )
        self._failed = Gauge(
            "jobs_failed", "Jobs that are kept as failed; counted up to 10,000.", registry=registry
        )
        self._published = Counter(
            "events_published_total", "Events that the broker has stored.", registry=registry
        )
        self._waiting = Gauge(
            "events_waiting",
            "Events that wait for the broker; counted up to 10,000.",
            registry=registry,
        )
        self._waited = Gauge(
            "events_oldest_seconds", "For how long the first one has waited.", registry=registry
        )

    @harmless
    def ended(self, name: str, outcome: Outcome, seconds: float) -> None:
        self._jobs.labels(name, outcome).inc()
        self._seconds.labels(name).observe(seconds)

    @harmless
    def standing(self, queues: Sequence[Standing], failed: int) -> None:
        for each in queues:
            self._due.labels(each.queue).set(each.due)
            self._oldest.labels(each.queue).set(each.oldest)
        self._failed.set(failed)

    @harmless
    def events(self, waiting: int, oldest: float) -> None:
        self._waiting.set(waiting)
        self._waited.set(oldest)

    @harmless
    def published(self, count: int) -> None:
        self._published.inc(count)
