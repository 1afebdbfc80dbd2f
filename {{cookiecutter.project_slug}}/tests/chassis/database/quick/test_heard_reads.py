"""Whoever listens to what a session does when it reads is told, as if no read went past the ORM."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from chassis.database.availability.replica import Replica
from chassis.database.connections.engine import create_engine
from chassis.database.quick.listeners import READING
from chassis.database.reader import Reader
from chassis.database.session import Database
from chassis.settings import Settings
from tests.chassis.database.things import Thing, ThingRepository, create_things

OF_A_MODEL = ["load", "refresh", "expire", "refresh_flush", "init"]
OF_STATEMENTS = [
    *("before_execute", "after_execute", "before_cursor_execute", "after_cursor_execute"),
    *("engine_connect", "set_engine_execution_options", "begin", "commit", "rollback"),
    *("set_connection_execution_options", "do_execute", "do_execute_no_params"),
    *("do_executemany", "do_setinputsizes"),
]


@contextmanager
def listening(target: Any, *names: str) -> Iterator[list[str]]:
    told: list[str] = []
    with ExitStack() as stack:
        for name in names:
            note = _noting(name, told)
            event.listen(target, name, note)
            stack.callback(event.remove, target, name, note)
        yield told


def _noting(name: str, told: list[str]) -> Any:
    def note(*_: Any) -> None:
        told.append(name)

    return note


async def both_ways(database: Database, told: list[str]) -> tuple[Sequence[str], Sequence[str]]:
    """What is told of a read by a session, and of one that may go past the ORM."""
    reader, statement = Reader(database), select(Thing)
    assert len((await reader.scalars(statement)).all()) == 1
    by_session = told.copy()
    assert len(await reader.entities(Thing, statement, {})) == 1
    return by_session, told[len(by_session) :]


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize("name", sorted(Session.dispatch._event_names))
async def test_who_listens_to_every_session_is_told(database: Database, name: str) -> None:
    await create_things(database, "lamp")

    with listening(Session, name) as told:
        by_session, quick = await both_ways(database, told)

    assert quick == by_session
    assert bool(by_session) == (name in READING)
    assert database.direct.query(Thing, select(Thing), {}) is not None


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize("name", OF_A_MODEL)
async def test_who_listens_to_a_model_is_told(database: Database, name: str) -> None:
    await create_things(database, "lamp")

    with listening(Thing, name) as told:
        by_session, quick = await both_ways(database, told)

    assert quick == by_session
    assert bool(by_session) == (name == "load")
    assert database.direct.query(Thing, select(Thing), {}) is not None


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize("name", OF_STATEMENTS)
async def test_who_listens_to_statements_is_told(database: Database, name: str) -> None:
    await create_things(database, "lamp")
    await Reader(database).entities(Thing, select(Thing), {})

    with listening(database.engine.sync_engine, name) as told:
        by_session, quick = await both_ways(database, told)

    assert quick == by_session


@pytest.mark.usefixtures("scratch")
async def test_who_listens_to_failures_is_told(database: Database) -> None:
    await create_things(database, "lamp")
    reader, impossible = Reader(database), select(Thing).where(text("1 / 0 = 1"))

    with listening(database.engine.sync_engine, "handle_error") as told:
        for read in (reader.scalars(impossible), reader.entities(Thing, impossible, {})):
            with pytest.raises(DBAPIError):
                await read

    assert told == ["handle_error", "handle_error"]


async def test_who_listens_to_the_replica_is_heeded_too(settings: Settings) -> None:
    primary, other = (create_engine(settings.database, "test") for _ in range(2))
    line: Any = None
    direct = Database(primary, Replica(other, line, line, 1.0)).direct
    Database(primary)  # a second one on an engine listens no more than the first

    assert direct.query(Thing, select(Thing), {}) is not None
    with listening(other.sync_engine, "before_execute"):
        assert direct.query(Thing, select(Thing), {}) is None


@pytest.mark.usefixtures("scratch")
async def test_a_filter_of_every_session_filters_every_read(database: Database) -> None:
    await create_things(database, "lamp", "desk")
    things = ThingRepository(Reader(database))
    assert len((await things.page(sort="name", limit=5, cursor=None)).items) == 2

    def hide(asked: ORMExecuteState) -> None:
        asked.statement = asked.statement.options(
            with_loader_criteria(Thing, Thing.name != "lamp", include_aliases=True)
        )

    event.listen(Session, "do_orm_execute", hide)
    try:
        page = await things.page(sort="name", limit=5, cursor=None)
        assert [thing.name for thing in page.items] == ["desk"]
    finally:
        event.remove(Session, "do_orm_execute", hide)


async def test_a_schema_that_is_another_one_for_the_engine_is_heeded(
    scratch: Any, database: Database
) -> None:
    await create_things(database, "lamp")
    await scratch.execute("CREATE SCHEMA IF NOT EXISTS elsewhere")
    await scratch.execute("CREATE TABLE elsewhere.things (LIKE scratch.things INCLUDING ALL)")
    names = {"schema_translate_map": {"scratch": "elsewhere"}}

    try:
        elsewhere = Reader(Database(database.engine.execution_options(**names)))
        assert await elsewhere.entities(Thing, select(Thing), {}) == []
    finally:
        await scratch.execute("DROP SCHEMA elsewhere CASCADE")
