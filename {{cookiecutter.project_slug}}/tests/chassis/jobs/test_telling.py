"""What a worker tells of itself: metrics, spans, health, and what it does with events."""

import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import structlog
from fastapi import FastAPI
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from chassis.database.session import Database
from chassis.jobs import Run, events, job
from chassis.jobs.events.nats import NatsPublisher
from chassis.jobs.events.publisher import LogPublisher
from chassis.jobs.events.settings import EventSettings
from chassis.jobs.metrics import JobRecorder
from chassis.jobs.registry import Registry
from chassis.jobs.settings import JobSettings
from chassis.jobs.worker.composition import Parts, publisher
from chassis.jobs.worker.serving import create_worker, run_worker
from chassis.jobs.worker.spans import JobSpans
from chassis.observability.spans import Spans
from chassis.settings import Settings
from chassis.settings.groups import TracingSettings
from chassis.settings.identity import Environment, Identity
from chassis.web.serving.listening import CannotListenError
from chassis.web.telemetry import Telemetry
from tests.chassis.jobs.doing import leave_effect, put
from tests.support.settings import make_settings

effect = job(name="effect")(leave_effect)
IDENTITY = Identity("shop", "1", Environment.TEST)
CONTEXT = {"trace_id": "a" * 32, "span_id": "b" * 16}


@job(max_attempts=1)
async def fail(run: Run) -> None:
    raise LookupError


async def test_metrics_tell_how_the_queues_stand(database: Database, sql: Any) -> None:
    registry = CollectorRegistry()
    parts = Parts(Registry([effect, fail]), JobSettings(), database, database, None)
    recorder = parts.housekeeping._observer = JobRecorder(registry)
    await put(database, effect, number=1)
    await put(database, fail)
    await sql.execute("UPDATE jobs SET failed_at = now() WHERE name = 'fail'")
    await sql.execute("UPDATE jobs SET due = now() - interval '1 minute' WHERE name = 'effect'")

    assert not await parts.housekeeping.tell()
    recorder.published(3)
    recorder.ended("effect", "done", 0.2)

    def value(metric: str, **labels: str) -> float | None:
        return registry.get_sample_value(metric, labels)

    assert value("jobs_due", queue="default") == 1
    assert (value("jobs_oldest_due_seconds", queue="default") or 0) >= 60
    assert value("jobs_failed") == 1
    assert (value("events_waiting"), value("events_oldest_seconds")) == (0, 0)
    assert value("events_published_total") == 3
    assert value("jobs_total", name="effect", outcome="done") == 1
    assert value("job_duration_seconds_count", name="effect") == 1


async def test_what_failed_long_ago_is_removed(database: Database, sql: Any) -> None:
    parts = Parts(Registry([fail]), JobSettings(keep_failed_days=3), database, database, None)
    for age in ("2 days", "4 days"):
        queued = await put(database, fail)
        await sql.execute(
            f"UPDATE jobs SET failed_at = now() - interval '{age}' WHERE id = $1", queued
        )

    assert await parts.housekeeping.prune()
    assert not await parts.housekeeping.prune()
    assert await sql.fetchval("SELECT count(*) FROM jobs") == 1


@pytest.fixture
def spans() -> Iterator[tuple[JobSpans, InMemorySpanExporter]]:
    made = Spans(TracingSettings(endpoint=SecretStr("http://127.0.0.1:1")), IDENTITY)
    exporter = InMemorySpanExporter()
    made.provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield JobSpans(made), exporter
    made.provider.shutdown()


async def test_an_attempt_is_a_trace_linked_to_that_of_who_enqueued_it(
    database: Database, spans: tuple[JobSpans, InMemorySpanExporter]
) -> None:
    parts = Parts(Registry([effect, fail]), JobSettings(), database, database, None)
    parts.worker._performer._spans = spans[0]
    with structlog.contextvars.bound_contextvars(**CONTEXT):
        await put(database, effect, number=1)
    await put(database, fail)

    await parts.once()

    done, failed = sorted(spans[1].get_finished_spans(), key=lambda it: it.name)
    assert (done.name, failed.name) == ("job effect", "job fail")
    assert done.parent is None
    (link,) = done.links
    assert f"{link.context.trace_id:032x}" == CONTEXT["trace_id"]
    assert not failed.links
    assert (done.status.is_ok, failed.status.is_ok) == (True, False)


@pytest.fixture
def worker_app(settings: Settings) -> FastAPI:
    quiet = JobSettings(poll=0.05, queues=["none"])
    return create_worker(settings, quiet, EventSettings(), Registry([]))


async def test_a_worker_that_does_not_look_for_jobs_is_not_alive(
    worker_app: FastAPI, clean_database: None
) -> None:
    async with worker_app.router.lifespan_context(worker_app):
        transport = httpx.ASGITransport(worker_app)
        async with httpx.AsyncClient(transport=transport, base_url="http://worker") as client:
            assert (await client.get("/health/live")).status_code == 200
            worker = worker_app.state.worker
            await_moved(worker)
            worker.moved_at = float("-inf")
            assert (await client.get("/health/live")).json() == {"status": "unavailable"}
            worker_app.state.drain.begin()
            assert (await client.get("/health/live")).status_code == 200
            assert (await client.get("/health/ready")).json() == {"status": "draining"}


def await_moved(worker: Any) -> None:
    """From here on it stands."""

    async def stands(_: object) -> bool:
        return False

    worker._fill = stands
    worker.poll = 3_600


def test_a_port_that_is_taken_is_told_by_its_own_setting(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        given = JobSettings(port=taken.getsockname()[1])
        with pytest.raises(CannotListenError, match="set JOBS_PORT or --port"):
            run_worker(settings, given, EventSettings(), Registry([]))


async def test_without_its_database_it_is_not_ready(worker_app: FastAPI) -> None:
    async with worker_app.router.lifespan_context(worker_app):
        worker_app.state.probe.available = False
        worker_app.state.probe._asked_at = float("inf")
        transport = httpx.ASGITransport(worker_app)
        async with httpx.AsyncClient(transport=transport, base_url="http://worker") as client:
            assert (await client.get("/health/ready")).status_code == 503


@pytest.mark.parametrize(
    ("environment", "url", "kind"),
    [
        ("development", None, LogPublisher),
        ("production", None, type(None)),
        ("production", "nats://127.0.0.1:4222", NatsPublisher),
    ],
)
async def test_events_go_where_the_settings_say(
    environment: str, url: str | None, kind: type[object]
) -> None:
    address = "postgresql://app:sixteenletterspw@h/d"
    settings = make_settings(environment=environment, database={"url": address})
    async with publisher(settings, EventSettings.model_validate({"url": url})) as broker:
        assert type(broker) is kind


@pytest.mark.parametrize("url", ["redis://h:1", "nats://", "nats://a b"])
def test_an_address_that_is_none_of_nats_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="is no address of NATS"):
        EventSettings.model_validate({"url": url})


def test_an_empty_address_is_none() -> None:
    assert EventSettings.model_validate({"url": ""}).url is None


async def test_once_publishes_all_that_waits(database: Database, sql: Any) -> None:
    async with database.transaction() as session:
        for number in range(150):
            await events.publish(session, "orders.placed", f"orders/{number}", {})
    parts = Parts(Registry([]), JobSettings(), database, database, LogPublisher())

    await parts.once()

    assert await sql.fetchval("SELECT count(*) FROM events") == 0


async def test_telemetry_is_used_as_far_as_it_is_on(database: Database, settings: Settings) -> None:
    tracing = TracingSettings(endpoint=SecretStr("http://127.0.0.1:1"))
    metrics = settings.metrics.model_copy(update={"enabled": True, "port": None})
    on = Telemetry(metrics, tracing, IDENTITY)
    off = Telemetry(settings.metrics, settings.tracing, IDENTITY)

    for telemetry in (on, off):
        parts = Parts(Registry([]), JobSettings(), database, database, None, telemetry)
        assert await parts.once() == []
