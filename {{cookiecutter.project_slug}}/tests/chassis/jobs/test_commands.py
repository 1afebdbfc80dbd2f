"""`python -m app jobs`: what waits, what failed, and what to do about it."""

from typing import Any

import pytest
from typer.testing import Result

from chassis.cli.service import Service
from chassis.database.session import Database
from chassis.jobs.commands import commands_of, tools
from chassis.settings import Settings
from tests.chassis.jobs import served_worker as jobs
from tests.chassis.jobs.conftest import MakeWorker
from tests.chassis.jobs.doing import effects, put
from tests.support.commands import run_command
from tests.support.settings import make_settings

NOWHERE = "postgresql://nobody:nothing@127.0.0.1:1/nowhere"
FAIL = "UPDATE jobs SET failed_at = now(), attempts = 5, error = E'Broken:\\nwhy'"


async def run(settings: Settings, *arguments: str) -> Result:
    service = Service("none:none", lambda: settings)  # type: ignore[arg-type]  # called without arguments
    return await run_command(tools, arguments, service)


async def test_each_job_is_a_line(database: Database, settings: Settings, sql: Any) -> None:
    failed = await put(database, jobs.effect, number=1)
    await sql.execute(FAIL)
    due = await put(database, jobs.say)
    waiting = await put(database, jobs.die)
    await sql.execute("UPDATE jobs SET due = now() + interval '1 h' WHERE name = 'die'")
    running = await put(database, jobs.chain, number=0)
    await sql.execute(
        "UPDATE jobs SET due = now() + interval '1 m', attempts = 1 WHERE name = 'chain'"
    )

    told = await run(settings, "list")

    assert told.exit_code == 0, told.output
    assert sorted(line.split("\t") for line in told.output.splitlines()) == sorted(
        [
            [str(failed), "effect", "failed", "5", "Broken: why"],
            [str(due), "say", "due", "0", ""],
            [str(waiting), "die", "waiting", "0", ""],
            [str(running), "chain", "running", "1", ""],
        ]
    )
    told = await run(settings, "list", "--failed")
    assert [line.split("\t")[0] for line in told.output.splitlines()] == [str(failed)]


async def test_what_failed_is_done_again_with_all_its_attempts(
    database: Database, settings: Settings, make_worker: MakeWorker, sql: Any
) -> None:
    queued = await put(database, jobs.die)
    await put(database, jobs.effect, number=1)
    await sql.execute(FAIL)

    told = await run(settings, "retry", str(queued))
    assert "1 job to be done again." in told.stderr
    row = await sql.fetchrow("SELECT * FROM jobs WHERE name = 'die'")
    assert (row["failed_at"], row["attempts"] - row["uncounted"]) == (None, 0)

    told = await run(settings, "retry", "--name", "effect")
    assert "1 job to be done again." in told.stderr
    await make_worker(jobs.effect).once()
    assert await effects(sql) == [1]


async def test_of_a_key_one_is_done_again(database: Database, settings: Settings, sql: Any) -> None:
    """The last one, and none where there is another by now."""
    keyed = jobs.effect.later(key="one")
    for number in (1, 2):
        await put(database, keyed, number=number)
        await sql.execute(FAIL)

    assert "1 job to be done again." in (await run(settings, "retry", "--name", "effect")).stderr
    alive = "SELECT arguments->>'number' FROM jobs WHERE failed_at IS NULL"
    assert await sql.fetchval(alive) == "2"
    assert "0 jobs to be done again." in (await run(settings, "retry", "--name", "effect")).stderr


async def test_what_nobody_needs_is_discarded(
    database: Database, settings: Settings, sql: Any
) -> None:
    waiting = await put(database, jobs.effect, number=1)
    failed = await put(database, jobs.effect, number=2)
    await sql.execute(f"{FAIL} WHERE id = $1", failed)

    assert "1 job discarded." in (await run(settings, "discard", "--name", "effect")).stderr
    assert await sql.fetchval("SELECT id FROM jobs") == waiting
    assert "1 job discarded." in (await run(settings, "discard", str(waiting))).stderr


@pytest.mark.parametrize("given", [(), ("--name", "x", "01a21e09-b910-7418-856f-633d7c3378ab")])
async def test_either_ids_or_a_name_is_given(settings: Settings, given: tuple[str, ...]) -> None:
    told = await run(settings, "retry", *given)

    assert told.exit_code == 2
    assert "give ids, or --name" in told.output


async def test_a_database_that_is_away_is_told_in_a_sentence() -> None:
    told = await run(make_settings(database={"url": NOWHERE}), "list")

    assert told.exit_code == 1
    assert "Traceback" not in told.output
    assert told.stderr.strip()


def test_a_service_has_both_commands() -> None:
    assert set(commands_of([])) == {"work", "jobs"}
