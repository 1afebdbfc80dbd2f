"""A job is there when, and only when, the transaction that enqueued it was committed."""

import asyncio
import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import structlog
from pydantic import ValidationError
from sqlalchemy import text

from chassis.database.session import Database
from chassis.jobs import Run, enqueue, enqueue_many, job
from chassis.observability.trace_context import TraceContext, begin_trace

COUNT = "SELECT count(*) FROM jobs"


@job()
async def count(run: Run, number: int, day: date = date(2026, 1, 1)) -> None: ...


class UndoneError(Exception):
    """Rolls a transaction back."""


async def test_a_job_is_seen_after_the_commit_and_not_before(database: Database, sql: Any) -> None:
    async with database.transaction() as session:
        await enqueue(session, count, number=1)
        assert await sql.fetchval(COUNT) == 0

    assert await sql.fetchval(COUNT) == 1


async def test_nothing_is_left_of_a_job_whose_transaction_was_rolled_back(
    database: Database, sql: Any
) -> None:
    async def enqueued_in_vain() -> None:
        async with database.transaction() as session:
            await enqueue(session, count, number=1)
            raise UndoneError

    with pytest.raises(UndoneError):
        await enqueued_in_vain()

    assert await sql.fetchval(COUNT) == 0


async def test_arguments_are_kept_as_json_holds_them(database: Database, sql: Any) -> None:
    async with database.transaction() as session:
        await enqueue(session, count, 7, day=date(2026, 2, 28))

    arguments = await sql.fetchval("SELECT arguments::text FROM jobs")
    assert arguments == '{"day": "2026-02-28", "number": 7}'


@pytest.mark.parametrize("arguments", [{"number": "many"}, {}, {"number": 1, "other": 2}])
async def test_arguments_that_do_not_fit_are_refused_at_once(
    database: Database, arguments: dict[str, Any]
) -> None:
    async with database.transaction() as session:
        with pytest.raises(ValidationError):
            await enqueue(session, count, **arguments)


async def test_so_are_too_many(database: Database) -> None:
    async with database.transaction() as session:
        with pytest.raises(TypeError, match="count takes 2 arguments"):
            await enqueue(session, count, *(1, 2, 3))  # type: ignore[call-arg, arg-type]


async def test_a_delay_is_counted_from_now(database: Database, sql: Any) -> None:
    async with database.transaction() as session:
        await enqueue(session, count.later(delay=timedelta(hours=1)), number=1)

    assert await sql.fetchval("SELECT due - created_at FROM jobs") == timedelta(hours=1)


async def test_of_a_key_there_is_one_at_a_time(database: Database, sql: Any) -> None:
    keyed = count.later(key="once")
    async with database.transaction() as session:
        first = await enqueue(session, keyed, number=1)
        again = await enqueue(session, keyed, number=2)

    assert isinstance(first, UUID)
    assert again is None
    await sql.execute("UPDATE jobs SET failed_at = now()")
    async with database.transaction() as session:
        assert await enqueue(session, keyed, number=3) is not None


async def test_a_key_is_unique_under_a_race(database: Database, sql: Any) -> None:
    async def one(number: int) -> UUID | None:
        async with database.transaction() as session:
            return await enqueue(session, count.later(key="race"), number=number)

    ids = await asyncio.gather(*(one(number) for number in range(15)))

    assert len([it for it in ids if it is not None]) == 1
    assert await sql.fetchval(COUNT) == 1


async def test_many_are_enqueued_at_once(database: Database, sql: Any) -> None:
    async with database.transaction() as session:
        await enqueue_many(session, count, ({"number": number} for number in range(2_500)))
        await enqueue_many(session, count, [])

    assert await sql.fetchval("SELECT count(DISTINCT arguments) FROM jobs") == 2_500


async def test_a_job_remembers_who_enqueued_it(database: Database, sql: Any) -> None:
    async def request() -> None:
        begin_trace(TraceContext("a" * 32, "b" * 16, sampled=False))
        structlog.contextvars.bind_contextvars(request_id="r1", principal="ada", other="x")
        async with database.transaction() as session:
            await enqueue(session, count, number=1)

    await asyncio.create_task(request())

    context = json.loads(await sql.fetchval("SELECT context FROM jobs"))
    known = {"trace_id": "a" * 32, "span_id": "b" * 16, "principal": "ada", "request_id": "r1"}
    assert context == known


async def test_a_plain_statement_of_the_session_is_in_the_same_transaction(
    database: Database, sql: Any
) -> None:
    async def done_in_vain() -> None:
        async with database.transaction() as session:
            await session.execute(text("INSERT INTO effects VALUES (1)"))
            await enqueue(session, count, number=1)
            raise UndoneError

    with pytest.raises(UndoneError):
        await done_in_vain()

    assert await sql.fetchval(COUNT) + await sql.fetchval("SELECT count(*) FROM effects") == 0
