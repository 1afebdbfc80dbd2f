"""Schedules: once across workers, over missed time, and where clocks change."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from chassis.database.session import Database
from chassis.jobs import Run, Schedule, job
from chassis.jobs.registry import Registry
from chassis.jobs.worker import ticking
from chassis.jobs.worker.ticking import Ticker
from tests.chassis.jobs.doing import put

SetClock = Callable[[datetime], None]

TICKS = "SELECT arguments->>'why' FROM jobs"


@job()
async def tidy(run: Run, why: str = "it is time") -> None: ...


def ticker(database: Database, *schedules: Schedule) -> Ticker:
    return Ticker(database, Registry([tidy], schedules).schedules)


def times(schedule: Schedule, after: datetime, count: int) -> list[datetime]:
    found = [after]
    for _ in range(count):
        found.append(schedule.after(found[-1]))
    return found[1:]


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """Of the database, as far as schedules ask for it."""
    asked = {name: str(getattr(ticking, name)) for name in ("NOW", "DUE")}

    def set_to(now: datetime) -> None:
        for name, statement in asked.items():
            told = statement.replace("now()", f"timestamptz '{now.isoformat()}'")
            monkeypatch.setattr(ticking, name, text(told.replace(":00", "\\:00")))

    return set_to


async def test_nothing_is_enqueued_before_its_time(database: Database, sql: Any) -> None:
    it = ticker(database, Schedule("0 3 1 1 *", tidy))

    await it.step()
    await it.step()

    assert await sql.fetch(TICKS) == []
    assert await sql.fetchval("SELECT next > now() FROM schedules")


async def test_a_tick_is_enqueued_once_by_many_workers(database: Database, sql: Any) -> None:
    workers = [ticker(database, Schedule("* * * * *", tidy)) for _ in range(3)]
    await asyncio.gather(*(it.step() for it in workers))

    for tick in range(5):
        await sql.execute("UPDATE schedules SET next = date_trunc('minute', now())")
        await asyncio.gather(*(it.step() for it in workers))
        assert await sql.fetchval("SELECT count(*) FROM jobs") == 1, tick
        assert await sql.fetchval("SELECT next > now() FROM schedules")
        await sql.execute("DELETE FROM jobs")


async def test_who_comes_late_to_a_tick_enqueues_nothing(database: Database, sql: Any) -> None:
    """Not even when the job of it is done already."""
    schedule = Schedule("* * * * *", tidy)
    it = ticker(database, schedule)
    await it.step()
    await sql.execute("UPDATE schedules SET next = date_trunc('minute', now())")
    seen, now = await sql.fetchrow("SELECT next, now() FROM schedules")

    for late in (False, True):
        async with database.transaction() as session:
            await it._tick(session, schedule, seen, now)
        enqueued = "WITH done AS (DELETE FROM jobs RETURNING 1) SELECT count(*) FROM done"
        assert await sql.fetchval(enqueued) == (0 if late else 1)


async def test_what_was_missed_in_an_hour_of_downtime_is_one_job(
    database: Database, sql: Any
) -> None:
    rule = Schedule("* * * * *", tidy, arguments={"why": "an hour later"})
    await ticker(database, rule).step()
    await sql.execute("UPDATE schedules SET next = now() - interval '1 hour'")

    await asyncio.gather(*(ticker(database, rule).step() for _ in range(3)))

    assert [row[0] for row in await sql.fetch(TICKS)] == ["an hour later"]
    assert await sql.fetchval("SELECT next > now() FROM schedules")


async def test_a_tick_joins_the_job_of_the_one_before_it(database: Database, sql: Any) -> None:
    it = ticker(database, Schedule("* * * * *", tidy))
    await it.step()

    for _ in range(2):
        await sql.execute("UPDATE schedules SET next = now()")
        await it.step()

    assert await sql.fetchval("SELECT count(*) FROM jobs") == 1
    await put(database, tidy)  # others may enqueue it as they like
    assert await sql.fetchval("SELECT count(*) FROM jobs") == 2


async def test_a_rule_that_changes_begins_anew(database: Database, sql: Any) -> None:
    await ticker(database, Schedule("0 3 1 1 *", tidy)).step()
    before = await sql.fetchval("SELECT next FROM schedules")

    await ticker(database, Schedule("0 4 1 1 *", tidy)).step()

    assert await sql.fetchval("SELECT next FROM schedules") == before + timedelta(hours=1)


async def test_a_worker_without_schedules_asks_nothing(database: Database) -> None:
    assert not await ticker(database).step()


def test_a_time_that_the_clocks_leave_out_comes_right_after_the_gap() -> None:
    """In Vienna, 2026-03-29 has no half past two."""
    daily = Schedule("30 2 * * *", tidy, zone="Europe/Vienna")

    assert times(daily, datetime(2026, 3, 27, 12, tzinfo=UTC), 3) == [
        datetime(2026, 3, 28, 1, 30, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
        datetime(2026, 3, 30, 0, 30, tzinfo=UTC),
    ]


def test_a_time_that_is_there_twice_counts_once() -> None:
    """In Vienna, 2026-10-25 has half past two twice."""
    daily = Schedule("30 2 * * *", tidy, zone="Europe/Vienna")

    assert times(daily, datetime(2026, 10, 24, 12, tzinfo=UTC), 2) == [
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 26, 1, 30, tzinfo=UTC),
    ]


def test_each_hour_comes_each_hour_whatever_the_clocks_do() -> None:
    hourly = Schedule("0 * * * *", tidy, zone="Europe/Vienna")

    for start in (datetime(2026, 3, 28, 22, tzinfo=UTC), datetime(2026, 10, 24, 22, tzinfo=UTC)):
        assert times(hourly, start, 6) == [start + timedelta(hours=it) for it in range(1, 7)]


@pytest.mark.parametrize(
    ("start", "ticks"),
    [
        (datetime(2026, 3, 28, 12, tzinfo=UTC), [datetime(2026, 3, 29, 1, tzinfo=UTC)]),
        (datetime(2026, 10, 24, 12, tzinfo=UTC), [datetime(2026, 10, 25, 0, 30, tzinfo=UTC)]),
    ],
)
async def test_three_workers_enqueue_one_job_in_a_night_in_which_clocks_change(
    database: Database, sql: Any, set_clock: SetClock, start: datetime, ticks: list[datetime]
) -> None:
    rule = Schedule("30 2 * * *", tidy, zone="Europe/Vienna")
    workers = [ticker(database, rule) for _ in range(3)]
    enqueued: list[datetime] = []

    for half_hours in range(48):
        now = start + timedelta(minutes=30 * half_hours)
        set_clock(now)
        await asyncio.gather(*(it.step() for it in workers))
        gone = await sql.fetch("DELETE FROM jobs RETURNING 1")
        enqueued += [now] * len(gone)

    assert enqueued == ticks


async def test_a_downtime_over_a_change_of_clocks_is_one_job(
    database: Database, sql: Any, set_clock: SetClock
) -> None:
    rule = Schedule("*/30 * * * *", tidy, zone="Europe/Vienna")
    workers = [ticker(database, rule) for _ in range(3)]
    for now in (datetime(2026, 10, 24, 23, tzinfo=UTC), datetime(2026, 10, 25, 3, 10, tzinfo=UTC)):
        set_clock(now)
        await asyncio.gather(*(it.step() for it in workers))

    assert await sql.fetchval("SELECT count(*) FROM jobs") == 1
    following = await sql.fetchval("SELECT next FROM schedules")
    assert following == datetime(2026, 10, 25, 3, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rule", "zone"),
    [("61 * * * *", "UTC"), ("daily", "UTC"), ("0 3 30 2 *", "UTC"), ("0 3 * * *", "Europe/Wien")],
)
def test_a_rule_or_zone_that_is_none_is_refused_at_once(rule: str, zone: str) -> None:
    with pytest.raises(ValueError, match="names no time"):
        Schedule(rule, tidy, zone=zone)


def test_arguments_that_do_not_fit_are_refused_at_once() -> None:
    with pytest.raises(ValueError, match="other"):
        Schedule("0 3 * * *", tidy, arguments={"other": 1})


def test_names_are_used_once_and_jobs_of_schedules_have_a_line() -> None:
    nightly = Schedule("0 3 * * *", tidy)

    with pytest.raises(ValueError, match="there are two jobs called tidy"):
        Registry([tidy, tidy])
    with pytest.raises(ValueError, match="there are two schedules called tidy"):
        Registry([tidy], [nightly, nightly])
    with pytest.raises(ValueError, match="schedule tidy: its job has no line in JOBS"):
        Registry([], [nightly])
    assert list(Registry([tidy], [nightly, Schedule("0 4 * * *", tidy, name="b")]).schedules) == [
        "tidy",
        "b",
    ]
