"""Jobs call other services: with the job's id as the key, in the trace of who enqueued it."""

from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from sqlalchemy import text

from chassis.database.session import Database
from chassis.jobs import Run, job
from chassis.jobs.events.settings import EventSettings
from chassis.jobs.registry import Registry
from chassis.jobs.settings import JobSettings
from chassis.jobs.worker.serving import create_worker, work_once
from chassis.settings import Settings
from tests.chassis.jobs.conftest import MakeWorker
from tests.chassis.jobs.doing import put
from tests.support.composition import Composition
from tests.support.eventually import eventually
from tests.support.settings import settings_of
from tests.support.upstreams import LocalUpstream, local_upstream

KNOWN = {"trace_id": "a" * 32, "span_id": "b" * 16}


@job(first_pause=0)
async def pay(run: Run) -> None:
    await run.upstreams["payments"].post("/payments", idempotency_key=str(run.id))


@job(max_attempts=1)
async def pay_while_a_connection_is_held(run: Run) -> None:
    async with run.transaction() as session:
        await session.execute(text("SELECT 1"))
        await run.upstreams["payments"].post("/payments", idempotency_key=str(run.id))


@pytest.fixture
def payments() -> Iterator[LocalUpstream]:
    with local_upstream() as payments:
        yield payments


@pytest.fixture
def settings(composition: Composition, database_url: str, payments: LocalUpstream) -> Settings:
    """As on the machine of a developer, where calls are watched."""
    given = {
        "environment": "development",
        "database": {"url": database_url, "pool_size": 5},
        "outbound": {"upstreams": {"payments": payments.url}},
    }
    return settings_of(composition.settings, given)


async def once(settings: Settings, *jobs: Any) -> list[str]:
    done = await work_once(settings, JobSettings(), EventSettings(), Registry(jobs))
    return [it.outcome for it in done]


async def test_each_attempt_calls_with_the_same_key(
    database: Database, settings: Settings, payments: LocalUpstream
) -> None:
    for status in (500, 500, 201):
        payments.answers("POST", "/payments", status=status)
    queued = await put(database, pay)

    assert await once(settings, pay) == ["again", "again", "done"]

    keys = [asked.headers["idempotency-key"] for asked in payments.received]
    assert keys == [str(queued)] * 3


async def test_a_worker_that_stays_calls_too_and_passes_the_trace_on(
    database: Database, settings: Settings, payments: LocalUpstream
) -> None:
    payments.answers("POST", "/payments", status=201)
    with structlog.contextvars.bound_contextvars(**KNOWN):
        await put(database, pay)

    worker = create_worker(settings, JobSettings(poll=0.02), EventSettings(), Registry([pay]))
    async with worker.router.lifespan_context(worker):
        await eventually(lambda: payments.received)

    _, trace_id, span_id, _ = payments.received[0].headers["traceparent"].split("-")
    assert trace_id == KNOWN["trace_id"]
    assert span_id != KNOWN["span_id"]


async def test_a_call_within_the_transaction_is_warned_of(
    database: Database, settings: Settings, payments: LocalUpstream
) -> None:
    payments.answers("POST", "/payments", status=201)
    for each in (pay, pay_while_a_connection_is_held):
        await put(database, each)

    with structlog.testing.capture_logs() as log:
        assert await once(settings, pay, pay_while_a_connection_is_held) == ["done", "done"]

    held = [it for it in log if it["event"].startswith("a connection to the database is held")]
    assert [it["upstream"] for it in held] == ["payments"]


async def test_a_job_that_failed_says_what_the_other_service_did(
    database: Database, settings: Settings, payments: LocalUpstream, sql: Any
) -> None:
    payments.answers("POST", "/payments", status=422)
    await put(database, pay_while_a_connection_is_held)

    assert await once(settings, pay_while_a_connection_is_held) == ["failed"]

    error = await sql.fetchval("SELECT error FROM jobs")
    assert error.startswith("UpstreamFailed: ")
    assert error.endswith(" (payments: answered 422)")


async def test_a_service_that_no_setting_names_is_not_there(
    database: Database, make_worker: MakeWorker
) -> None:
    @job()
    async def look(run: Run) -> None:
        assert "payments" not in run.upstreams

    await put(database, look)

    assert [it.outcome for it in await make_worker(look).once()] == ["done"]


async def test_a_job_that_calls_it_says_which_setting_would_name_it(
    database: Database, make_worker: MakeWorker, sql: Any
) -> None:
    await put(database, pay)

    await make_worker(pay).once()

    assert await sql.fetchval("SELECT error FROM jobs") == (
        "UnnamedUpstreamError: OUTBOUND_UPSTREAMS names no 'payments', which a job calls. "
        'Example: {"payments": "https://payments.example/v1"}'
    )
