"""What is to be done after a COMMIT is done whenever there may have been one, and else never."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import after_commit
from chassis.database.safe_session import committing
from chassis.database.session import Database
from chassis.problems import OutcomeUnknown
from tests.chassis.database.asking import checked_out
from tests.chassis.database.marking import AT_COMMIT
from tests.chassis.database.terminating import terminate_own
from tests.chassis.database.things import Thing
from tests.support.composition import ReadLog
from tests.support.eventually import eventually

ADD = text("INSERT INTO scratch.marks VALUES (1)")
COUNT = "SELECT count(*) FROM scratch.marks"
COMMITTING = """
    SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query LIKE 'COMMIT%'
"""


@pytest.fixture
async def marks(scratch: Any) -> Any:
    await scratch.execute("CREATE TABLE scratch.marks (id int)")
    return scratch


class Calls(list[str]):
    """What was called, in order."""

    def noting(self, name: str) -> after_commit.Callback:
        async def note() -> None:
            self.append(name)

        return note


def watched(session: AsyncSession, calls: Calls) -> AsyncSession:
    committing(session).after_commit(calls.noting("called"))
    return session


async def test_it_is_called_when_all_is_stored_and_the_connection_is_given_back(
    marks: Any, database: Database
) -> None:
    found = []

    async def look() -> None:
        found.append((await marks.fetchval(COUNT), checked_out(database)))

    async with database.transaction() as session:
        await session.execute(ADD)
        committing(session).after_commit(look)
        assert found == []

    assert found == [(1, 0)]


@pytest.mark.usefixtures("marks")
async def test_several_are_called_in_their_order(database: Database) -> None:
    calls = Calls()
    async with database.transaction() as session:
        for name in ("one", "two", "three"):
            committing(session).after_commit(calls.noting(name))

    assert calls == ["one", "two", "three"]


@pytest.mark.usefixtures("marks")
async def test_it_is_not_called_after_a_rollback(database: Database) -> None:
    calls = Calls()

    async def work(session: AsyncSession) -> None:
        await watched(session, calls).execute(ADD)
        raise KeyError

    with pytest.raises(KeyError):
        await database.run(work)

    assert calls == []


@pytest.mark.usefixtures("marks")
async def test_it_is_not_called_at_the_end_of_a_savepoint(database: Database) -> None:
    calls = Calls()

    async def work(session: AsyncSession) -> None:
        async with watched(session, calls).begin_nested():
            await session.execute(ADD)
        assert calls == []
        raise KeyError

    with pytest.raises(KeyError):
        await database.run(work)

    assert calls == []


async def test_it_is_called_when_commit_was_refused(marks: Any, database: Database) -> None:
    await marks.execute(AT_COMMIT.format(action="RAISE unique_violation"))
    calls = Calls()

    async def work(session: AsyncSession) -> None:
        await watched(session, calls).execute(ADD)

    with pytest.raises(IntegrityError):
        await database.run(work)

    assert calls == ["called"]


async def test_it_is_called_when_nobody_knows_whether_commit_succeeded(
    marks: Any, database: Database
) -> None:
    calls = Calls()

    async def work(session: AsyncSession) -> None:
        await watched(session, calls).execute(ADD)
        await terminate_own(marks, session)

    with pytest.raises(OutcomeUnknown):
        await database.run(work)

    assert calls == ["called"]


async def test_it_is_not_called_when_the_last_flush_fails(scratch: Any, database: Database) -> None:
    calls = Calls()

    async def work(session: AsyncSession) -> None:
        session.add(Thing(name="lamp"))  # there is no such table
        watched(session, calls)

    with pytest.raises(DBAPIError):
        await database.run(work)

    assert calls == []


async def test_it_is_called_for_a_commit_by_hand(marks: Any, database: Database) -> None:
    calls = Calls()

    async def work(session: AsyncSession) -> None:
        await watched(session, calls).execute(ADD)
        await session.commit()
        raise KeyError

    with pytest.raises(KeyError):
        await database.run(work)

    assert (calls, await marks.fetchval(COUNT)) == (["called"], 1)


async def test_it_is_called_for_who_is_cancelled_during_commit(
    marks: Any, database: Database
) -> None:
    await marks.execute(AT_COMMIT.format(action="PERFORM pg_sleep(3600)"))
    calls = Calls()

    async def store() -> None:
        async with database.transaction() as session:
            await watched(session, calls).execute(ADD)

    task = asyncio.create_task(store())
    await eventually(lambda: marks.fetchval(COMMITTING))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert (calls, checked_out(database)) == (["called"], 0)


@pytest.mark.usefixtures("marks")
async def test_who_is_cancelled_while_it_is_called_does_not_stop_it(database: Database) -> None:
    calls, begun, go_on = Calls(), asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        begun.set()
        await go_on.wait()
        calls.append("done")

    async def store() -> None:
        async with database.transaction() as session:
            committing(session).after_commit(wait)

    task = asyncio.create_task(store())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()

    await eventually(lambda: calls == ["done"])


@pytest.mark.usefixtures("marks")
async def test_what_it_raises_is_logged_and_fails_nothing(
    database: Database, read_log: ReadLog
) -> None:
    calls = Calls()

    async def fail() -> None:
        raise KeyError

    async with database.transaction() as session:
        committing(session).after_commit(fail)
        committing(session).after_commit(calls.noting("the next"))

    assert calls == ["the next"]
    assert "KeyError" in read_log("work after a commit failed")[0]["exception"]


@pytest.mark.usefixtures("marks")
async def test_what_does_not_end_is_given_up(
    database: Database, read_log: ReadLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(after_commit, "PATIENCE", 0.01)
    async with database.transaction() as session:
        committing(session).after_commit(asyncio.Event().wait)

    assert len(read_log("work after a commit was given up")) == 1
