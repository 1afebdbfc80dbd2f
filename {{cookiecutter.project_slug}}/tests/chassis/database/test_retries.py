"""Work that others were in the way of is done again as a whole; anything else never is."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database.retries import FIRST_PAUSE, pauses
from chassis.database.session import Database
from chassis.problems import OutcomeUnknown
from tests.chassis.database.terminating import terminate_own

Work = Callable[[AsyncSession], Awaitable[int]]


@pytest.fixture
async def counter(scratch: Any) -> Any:
    await scratch.execute(
        "CREATE TABLE scratch.counter (value int); INSERT INTO scratch.counter VALUES (0)"
    )
    return scratch


def failing_first(times: int, failure: str, tries: list[int]) -> Work:
    """Work that counts one up and then fails so many times, as PostgreSQL fails."""

    async def work(session: AsyncSession) -> int:
        tries.append(len(tries) + 1)
        changed = await session.scalar(
            text("UPDATE scratch.counter SET value = value + 1 RETURNING value")
        )
        if len(tries) <= times:
            await session.execute(
                text(f"DO $$BEGIN RAISE 'made on purpose' USING ERRCODE = '{failure}'; END$$")
            )
        return int(changed or 0)

    return work


async def value(counter: Any) -> int:
    return int(await counter.fetchval("SELECT value FROM scratch.counter"))


@pytest.mark.parametrize("failure", ["40001", "40P01", "55P03"])
async def test_what_failed_is_rolled_back_and_done_again(
    counter: Any, database: Database, failure: str
) -> None:
    tries: list[int] = []

    assert await database.run(failing_first(2, failure, tries)) == 1

    assert tries == [1, 2, 3]
    assert await value(counter) == 1


async def test_what_failed_at_commit_is_done_again(counter: Any, database: Database) -> None:
    tries: list[int] = []
    await counter.execute("""
        CREATE SEQUENCE scratch.tries;
        CREATE FUNCTION scratch.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF nextval('scratch.tries') < 3 THEN RAISE serialization_failure; END IF;
            RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER fail AFTER UPDATE ON scratch.counter
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION scratch.fail();
    """)

    assert await database.run(failing_first(0, "", tries)) == 1

    assert tries == [1, 2, 3]
    assert await value(counter) == 1


async def test_tries_end_and_the_last_failure_is_told(counter: Any, database: Database) -> None:
    tries: list[int] = []

    with pytest.raises(DBAPIError, match="made on purpose"):
        await database.run(failing_first(99, "40001", tries), attempts=3)

    assert tries == [1, 2, 3]
    assert await value(counter) == 0


async def test_there_is_no_try_after_the_deadline(counter: Any, database: Database) -> None:
    tries: list[int] = []

    with pytest.raises(DBAPIError, match="made on purpose"):
        await database.run(failing_first(99, "40001", tries), deadline=0)

    assert tries == [1]
    assert await value(counter) == 0


@pytest.mark.parametrize("failure", ["23505", "57014", "XX000"])
async def test_other_failures_are_told_at_once(
    counter: Any, database: Database, failure: str
) -> None:
    tries: list[int] = []

    with pytest.raises((DBAPIError, IntegrityError)):
        await database.run(failing_first(99, failure, tries))

    assert tries == [1]
    assert await value(counter) == 0


async def test_what_may_have_been_committed_is_never_done_again(
    counter: Any, database: Database
) -> None:
    tries: list[int] = []

    async def work(session: AsyncSession) -> int:
        done = await failing_first(0, "", tries)(session)
        await terminate_own(counter, session)
        return done

    with pytest.raises(OutcomeUnknown):
        await database.run(work)

    assert tries == [1]


async def test_serialization_failures_of_rivals_lose_nothing(
    counter: Any, database: Database
) -> None:
    async def work(session: AsyncSession) -> int:
        await session.execute(text("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"))
        current = int(await session.scalar(text("SELECT value FROM scratch.counter")) or 0)
        await session.execute(text("UPDATE scratch.counter SET value = :v"), {"v": current + 1})
        return current + 1

    results = await asyncio.gather(
        *(database.run(work, attempts=50, deadline=60) for _ in range(20))
    )

    assert sorted(results) == list(range(1, 21))
    assert await value(counter) == 20


async def test_a_deadlock_ends_with_both_done(counter: Any, database: Database) -> None:
    await counter.execute(
        "CREATE TABLE scratch.pair (id int PRIMARY KEY, value int);"
        "INSERT INTO scratch.pair VALUES (1, 0), (2, 0)"
    )
    both_hold_one, tries = asyncio.Barrier(2), 0

    async def work(session: AsyncSession, first: int, second: int) -> None:
        nonlocal tries
        tries += 1
        change = text("UPDATE scratch.pair SET value = value + 1 WHERE id = :id")
        await session.execute(change, {"id": first})
        if tries <= 2:
            await both_hold_one.wait()
        await session.execute(change, {"id": second})

    async with asyncio.timeout(90):
        await asyncio.gather(
            database.run(lambda session: work(session, 1, 2), deadline=60),
            database.run(lambda session: work(session, 2, 1), deadline=60),
        )

    rows = await counter.fetch("SELECT value FROM scratch.pair")
    assert [row["value"] for row in rows] == [2, 2]
    assert tries == 3


def test_pauses_grow_and_differ() -> None:
    many = [list(pauses(5)) for _ in range(50)]

    for number in range(4):
        longest = max(waits[number] for waits in many)
        assert FIRST_PAUSE * 2**number / 2 < longest <= FIRST_PAUSE * 2**number
    assert list(pauses(1)) == []
