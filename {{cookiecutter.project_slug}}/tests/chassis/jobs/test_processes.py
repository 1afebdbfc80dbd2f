"""Real workers: stopped, killed, and left without a database for a while."""

import asyncio
import signal
import time
from typing import Any

import asyncpg
import pytest
import structlog

from chassis.database.connections.engine import create_engine
from chassis.database.session import Database
from chassis.jobs import events
from tests.chassis.database.connections.pgbouncer import pgbouncer_to
from tests.chassis.jobs import served_worker as jobs
from tests.chassis.jobs.conftest import EFFECTS, TABLES
from tests.chassis.jobs.doing import effects, put, put_many
from tests.chassis.jobs.processes import lines, started, working
from tests.support.eventually import eventually
from tests.support.serving import Served
from tests.support.settings import make_settings
from tests.support.tables import create_tables
from tools.postgres import Server, running

COUNT, EVENTS = "SELECT count(*) FROM jobs", "SELECT count(*) FROM events"


async def done(sql: Any) -> bool:
    return bool(await sql.fetchval(COUNT) == 0)


async def test_a_job_that_kills_its_worker_ends_as_failed(
    database: Database, database_url: str, sql: Any
) -> None:
    await put(database, jobs.die)
    deaths = 0
    for _ in range(3):
        with started(database_url, JOBS_LEASE="1") as served:
            deaths += served.wait() == -signal.SIGKILL
    with working(database_url):
        await eventually(lambda: sql.fetchval("SELECT failed_at FROM jobs"))

    assert deaths == 3
    assert "without a word" in await sql.fetchval("SELECT error FROM jobs")


async def test_what_a_killed_worker_did_is_begun_again_after_its_lease(
    database: Database, database_url: str, sql: Any
) -> None:
    await put(database, jobs.slow, number=1, seconds=600)
    with started(database_url) as served:
        await eventually(lambda: lines(served, "slow begun"))
        served.process.send_signal(signal.SIGKILL)
        served.wait()
    killed = time.monotonic()
    await sql.execute("""UPDATE jobs SET arguments = '{"number": 1, "seconds": 0}'""")

    with working(database_url):
        await eventually(lambda: done(sql))

    assert time.monotonic() - killed > 1
    assert await effects(sql) == [1]


async def test_sigterm_finishes_what_is_done_and_claims_nothing(
    database: Database, database_url: str, sql: Any
) -> None:
    await put(database, jobs.slow, number=1, seconds=0.5)
    with working(database_url) as served:
        await eventually(lambda: lines(served, "slow begun"))
        served.process.send_signal(signal.SIGTERM)
        await eventually(lambda: "Shutting down" in served.log())
        await put(database, jobs.effect, number=2)
        assert served.wait() == -signal.SIGTERM

    assert await effects(sql) == [1]
    assert await sql.fetchval("SELECT attempts FROM jobs") == 0
    assert "Traceback" not in served.log()


async def test_what_is_not_finished_in_time_goes_to_another_worker(
    database: Database, database_url: str, sql: Any
) -> None:
    await put(database, jobs.slow, number=1, seconds=600)
    with working(database_url, JOBS_GRACEFUL_TIMEOUT="0.1") as served:
        await eventually(lambda: lines(served, "slow begun"))
        assert served.stop() == -signal.SIGTERM

    row = await sql.fetchrow("SELECT *, due <= now() AS is_due FROM jobs")
    assert (row["is_due"], row["attempts"], row["uncounted"]) == (True, 1, 1)
    assert lines(served, "jobs are cut off and put back")


async def test_a_second_sigterm_cuts_off_at_once(
    database: Database, database_url: str, sql: Any
) -> None:
    await put(database, jobs.slow, number=1, seconds=600)
    with working(database_url, JOBS_GRACEFUL_TIMEOUT="600") as served:
        await eventually(lambda: lines(served, "slow begun"))
        served.process.send_signal(signal.SIGTERM)
        await eventually(lambda: "Waiting for application shutdown" in served.log())
        assert served.stop() == -signal.SIGTERM

    assert await sql.fetchval("SELECT due <= now() FROM jobs")


def outcomes(*workers: Served) -> list[str]:
    return [str(line["outcome"]) for each in workers for line in lines(each, "job")]


async def test_a_job_that_blocks_the_loop_has_its_effects_once(
    database: Database, database_url: str, sql: Any
) -> None:
    """Its lease ends, and another worker begins it while it goes on."""
    await put(database, jobs.block, number=1, seconds=4)
    with working(database_url, JOBS_LEASE="1") as one, working(database_url, JOBS_LEASE="1") as two:
        await eventually(lambda: done(sql))
        await eventually(lambda: len(outcomes(one, two)) >= 2)

    assert await effects(sql) == [1]
    assert sorted(outcomes(one, two)) in (["cut off", "done"], ["done", "lost"])


async def test_the_log_of_a_job_names_who_enqueued_it(
    database: Database, database_url: str, sql: Any
) -> None:
    known = {"request_id": "r1", "trace_id": "a" * 32, "span_id": "b" * 16, "principal": "ada"}
    with structlog.contextvars.bound_contextvars(**known):
        queued = await put(database, jobs.say)

    with working(database_url) as served:
        await eventually(lambda: lines(served, "job"))

    for line in (*lines(served, "said"), *lines(served, "job")):
        assert {name: line[name] for name in ("request_id", "trace_id", "principal")} == {
            name: known[name] for name in ("request_id", "trace_id", "principal")
        }
        assert line["span_id"] != known["span_id"]
        assert (line["job"], line["job_id"], line["attempt"]) == ("say", str(queued), 1)
        assert line["process"] == "worker"


async def test_a_worker_outlives_a_restart_of_its_database(tmp_path_factory: Any) -> None:
    with running(tmp_path_factory.mktemp("restarted"), throwaway=True) as server:
        server.create_database("jobs")
        settings = make_settings(database={"url": server.url("jobs")})
        await create_tables(settings.database, TABLES, EFFECTS)
        engine = create_engine(settings.database, "tests")
        with working(server.url("jobs")) as served:
            await put_many(Database(engine), jobs.effect, 300)
            connection = await asyncpg.connect(server.url("jobs"))
            await eventually(lambda: connection.fetchval(COUNT), lambda left: left < 290)
            await asyncio.to_thread(server.restart, "immediate")
            connection = await asyncpg.connect(server.url("jobs"))
            await eventually(lambda: done(connection))
            assert await effects(connection) == list(range(300))
            await connection.close()
            await eventually(lambda: served.get("/health/ready").status_code, lambda it: it == 200)
        await engine.dispose()


async def test_workers_share_few_connections_through_pgbouncer(
    server: Server, database: Database, database_url: str, sql: Any
) -> None:
    await put_many(database, jobs.effect, 100)
    async with database.transaction() as session:
        await events.publish(session, "orders.placed", "orders/1", {})
    with pgbouncer_to(server) as pgbouncer:
        url = pgbouncer.url(database_url.rpartition("/")[2])
        with (
            working(url, DATABASE_PGBOUNCER="true") as one,
            working(url, DATABASE_PGBOUNCER="true"),
        ):
            await eventually(lambda: done(sql))
            await eventually(lambda: sql.fetchval(EVENTS), lambda left: left == 0)
            assert one.get("/health/ready").status_code == 200

    assert await effects(sql) == list(range(100))


async def test_health_and_metrics_are_told(database: Database, database_url: str, sql: Any) -> None:
    await put(database, jobs.effect, number=1)
    with working(database_url, METRICS_ENABLED="true") as served:
        await eventually(lambda: done(sql))
        assert served.get("/health/live").json() == {"status": "ok"}
        assert served.get("/health/ready").json() == {"status": "ok"}
        told = 'jobs_total{name="effect",outcome="done"} 1.0'
        await eventually(lambda: told in served.get("/metrics").text)
        await eventually(lambda: 'jobs_due{queue="default"} 0.0' in served.get("/metrics").text)


@pytest.mark.parametrize("queue", ["default", "other"])
def test_once_ends_when_nothing_is_due(database_url: str, queue: str) -> None:
    with started(database_url, "work", "--once", "--queue", queue) as served:
        assert served.wait() == 0, served.log()


async def test_once_does_what_its_jobs_enqueue(
    database: Database, database_url: str, sql: Any
) -> None:
    await put(database, jobs.chain, number=3)

    with started(database_url, "work", "--once") as served:
        assert served.wait() == 0, served.log()

    assert await done(sql)
    assert [line["process"] for line in lines(served, "job")] == ["worker"] * 4
