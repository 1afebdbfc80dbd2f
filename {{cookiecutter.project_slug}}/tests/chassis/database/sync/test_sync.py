"""Code without an event loop has the same discipline: commit before it goes on, or roll back."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database.guards import WriteRefusedError
from chassis.database.reader import Reader
from chassis.database.sync import SyncDatabase
from chassis.problems import AlreadyExists, DatabaseUnavailable, InvalidRequest, NotFound
from chassis.settings.groups import DatabaseSettings
from tests.chassis.database.sync.conftest import Asking
from tests.support.serving import until
from tests.support.settings import make_settings

OPEN = "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'sync%'"
NOTES = "SELECT text FROM scratch.notes ORDER BY text"


async def add(session: AsyncSession, *notes: str, then: Exception | None = None) -> int:
    for note in notes:
        await session.execute(text("INSERT INTO scratch.notes VALUES (:note)"), {"note": note})
    if then is not None:
        raise then
    return len(notes)


async def count(reader: Reader) -> int:
    found: int = await reader.scalar(text("SELECT count(*) FROM scratch.notes"))
    return found


def test_what_a_transaction_did_is_committed_when_it_returns(
    sync_database: SyncDatabase, ask: Asking
) -> None:
    assert sync_database.transaction(add, "a", "b") == 2
    assert ask(NOTES) == ["a", "b"]
    assert sync_database.reading(count) == 2


def test_it_is_rolled_back_when_the_work_raises(sync_database: SyncDatabase, ask: Asking) -> None:
    with pytest.raises(NotFound, match="There is no such note"):
        sync_database.transaction(add, "a", then=NotFound("There is no such note."))

    assert ask(NOTES) == []


def test_a_failure_is_the_problem_that_it_means_also_at_commit(sync_database: SyncDatabase) -> None:
    with pytest.raises(InvalidRequest):
        sync_database.transaction(add, "")
    with pytest.raises(AlreadyExists) as refused:
        sync_database.transaction(add, "a", "a")

    assert "duplicate key" in str(refused.value.__cause__)


def test_a_defect_stays_what_it_is(sync_database: SyncDatabase) -> None:
    async def misspelled(session: AsyncSession) -> None:
        await session.execute(text("SELECT * FROM nowhere"))

    with pytest.raises(ProgrammingError):
        sync_database.transaction(misspelled)


def test_work_is_done_again_where_that_is_asked_for(sync_database: SyncDatabase) -> None:
    tries = []

    async def unlucky(session: AsyncSession, note: str) -> str:
        tries.append(note)
        if len(tries) == 1:
            await session.execute(text("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$"))
        await add(session, note)
        return note

    assert sync_database.run(unlucky, "a") == "a"
    assert tries == ["a", "a"]
    assert sync_database.reading(count) == 1


def test_reads_refuse_to_write(sync_database: SyncDatabase) -> None:
    async def write(reader: Reader) -> None:
        await reader.execute(text("DELETE FROM scratch.notes"))

    with pytest.raises(WriteRefusedError):
        sync_database.reading(write)


def test_threads_share_its_pool(sync_database: SyncDatabase, ask: Asking) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: sync_database.transaction(add, str(number)), range(40)))

    assert sync_database.reading(count) == 40
    assert len(ask(OPEN)) == 2


def test_work_has_the_log_context_of_who_asks_for_it(sync_database: SyncDatabase) -> None:
    async def context(_: AsyncSession) -> object:
        return structlog.contextvars.get_contextvars().get("request_id")

    with structlog.contextvars.bound_contextvars(request_id="abc-1"):
        assert sync_database.transaction(context) == "abc-1"


def test_closing_leaves_no_connection(ask: Asking, database_settings: DatabaseSettings) -> None:
    with SyncDatabase(database_settings, "sync") as database:
        database.transaction(add, "a")
        assert database.available()
        assert len(ask(OPEN)) == 2

    assert until(lambda: ask(OPEN) == [])  # PostgreSQL ends them in its own time
    database.close()  # again does nothing


def test_a_database_that_is_away_is_told() -> None:
    away = make_settings(database={"url": "postgresql://nobody@127.0.0.1:1/nothing"}).database

    with SyncDatabase(away, "sync") as database:
        assert not database.available()
        with pytest.raises(DatabaseUnavailable):
            database.transaction(add, "a")
