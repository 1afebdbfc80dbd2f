"""One new row by an INSERT of its own leaves what the unit of work leaves, or is left to it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import event, func, inspect, null, select, text
from sqlalchemy.exc import IntegrityError, PendingRollbackError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import object_session

from app.database.failures import problem_from
from app.database.insertion import ADDING, FLUSHING, insertion_of, store
from app.database.model import Entity
from app.database.reader import Reader
from app.database.session import Database, Session
from tests.conftest import Client
from tests.database.asking import ask, assert_problem, checked_out
from tests.database.generated import NEEDING_MORE, Generated
from tests.database.measurements import EMPTY, FULL, Measurement
from tests.database.terminating import terminate_sleeping
from tests.database.things import Scratch, Thing, ThingRepository, create_things
from tests.web.conftest import ReadLog

Create = Callable[[AsyncSession, Any], Awaitable[None]]

NEVER_TWICE_THE_SAME = ("id", "created_at", "updated_at", "told_at")
SLOW = """
    CREATE FUNCTION scratch.sleep() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_sleep(30); RETURN NEW; END';
    CREATE TRIGGER slow BEFORE INSERT ON scratch.things
        FOR EACH ROW EXECUTE FUNCTION scratch.sleep();
"""


async def by_insertion(session: AsyncSession, entity: Any) -> None:
    with flushes(session) as flushed:
        await session.run_sync(store, entity)
    assert flushed == []


async def by_unit_of_work(session: AsyncSession, entity: Any) -> None:
    with flushes(session) as flushed:
        session.add(entity)
        await session.flush()
    assert len(flushed) == 1


@contextmanager
def flushes(session: AsyncSession) -> Iterator[list[Any]]:
    """What the unit of work did: each flush is a transaction within the session's."""
    flushed = []

    def note(_: Any, transaction: Any) -> None:
        if transaction.parent is not None and not transaction.nested:
            flushed.append(transaction)

    event.listen(session.sync_session, "after_transaction_create", note)
    yield flushed
    event.remove(session.sync_session, "after_transaction_create", note)


def left_of(entity: Any) -> dict[str, Any]:
    """All that is known of an entity, as far as two of them can be the same."""
    state: Any = inspect(entity)
    session: Any = object_session(entity)
    values = {name: value for name, value in vars(entity).items() if name in state.attrs}
    return {
        "values": values | dict.fromkeys(values.keys() & set(NEVER_TWICE_THE_SAME), "some"),
        "unloaded": state.unloaded,
        "expired": state.expired_attributes,
        "modified": (state.modified, state.committed_state),
        "key": state.key and (state.key[0], state.key[1] == (entity.id,)),
        "state": (state.transient, state.pending, state.persistent, state.detached),
        "in the session": session
        and (session.identity_map.get(state.key) is entity, session._is_clean()),
        "undone with": session
        and state in (session.get_nested_transaction() or session.get_transaction())._new,
    }


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Measurement, FULL),
        (Measurement, EMPTY),
        (Thing, {"name": "lamp"}),
        (Thing, {"name": "lamp", "size": None, "notes": None, "version": 7}),
        (Generated, {}),
        (Generated, {"code": "a", "size": 4, "number": 1, "colour": None}),
        (Generated, {"notes": None, "blank": None, "details": "long", "code": None}),
    ],
)
async def test_it_leaves_what_the_unit_of_work_leaves(
    database: Database, model: type[Scratch], values: dict[str, Any]
) -> None:
    await create_things(database)
    by_both, rows = [], []
    for create in (by_unit_of_work, by_insertion):
        async with database.transaction() as session:
            await create(session, entity := model(**values))
            by_both.append(left_of(entity))
            rows.append(await row_of(session, entity))
            await session.delete(entity)

    assert by_both[1] == by_both[0]
    assert rows[1] == rows[0]
    assert by_both[1]["state"] == (False, False, True, False)


async def row_of(session: AsyncSession, entity: Scratch) -> dict[str, Any]:
    """As it is in the database; in JSON, nothing and null are two."""
    table: Any = type(entity).__table__
    nothing = [column.is_(null()).label(f"no {column.name}") for column in table.c]
    found = await session.execute(select(table, *nothing).where(table.c.id == entity.id))
    row = dict(found.mappings().one())
    return row | dict.fromkeys(row.keys() & set(NEVER_TWICE_THE_SAME), "some")


@pytest.mark.usefixtures("scratch")
async def test_it_is_stored_with_the_commit(database: Database) -> None:
    await create_things(database)
    async with database.transaction() as session:
        await by_insertion(session, thing := Thing(name="lamp"))

    found = await ThingRepository(Reader(database)).get(thing.id)
    assert {name: getattr(thing, name) for name in ("name", "created_at", "updated_at")} == {
        name: getattr(found, name) for name in ("name", "created_at", "updated_at")
    }
    assert inspect(thing).detached


@pytest.mark.usefixtures("scratch")
async def test_it_can_be_changed_and_deleted_in_its_transaction(database: Database) -> None:
    await create_things(database)
    async with database.transaction() as session:
        things = ThingRepository(session)
        await by_insertion(session, thing := Thing(name="lamp"))

        await things.update(thing, {"size": 2})
        assert (thing.size, thing.version) == (2, 2)
        assert await things.get(thing.id) is thing
        await things.delete(thing)
        assert await things.find(thing.id) is None


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize("nested", [False, True])
async def test_a_rollback_undoes_it_alike(database: Database, nested: bool) -> None:
    await create_things(database)
    left = []
    for create in (by_unit_of_work, by_insertion):
        async with database.transaction() as session:
            thing = Thing(name="lamp")
            if nested:
                savepoint = await session.begin_nested()
                await create(session, thing)
                await savepoint.rollback()
            else:
                await create(session, thing)
                await session.rollback()
            left.append(left_of(thing))

    assert left[1] == left[0]
    assert left[1]["state"] == (True, False, False, False)


@pytest.mark.usefixtures("scratch")
async def test_a_failure_is_the_same_failure(database: Database) -> None:
    await create_things(database, "lamp")
    failures, left = [], []
    for create in (by_unit_of_work, by_insertion):
        async with database.transaction() as session:
            with pytest.raises(IntegrityError) as failed:
                await create(session, thing := Thing(name="lamp"))
            with pytest.raises(PendingRollbackError, match="due to a previous exception"):
                await session.execute(text("SELECT 1"))
            failures.append((type(failed.value.orig), problem_from(failed.value).detail))
            left.append(left_of(thing))
            await session.rollback()

    assert failures[1] == failures[0]
    assert "uq_things_name" in f"{failures[1]}"
    assert left[1] == left[0]


async def test_a_swallowed_failure_stores_nothing(
    scratch: Any, app: FastAPI, database: Database
) -> None:
    await create_things(database, "lamp")

    async def work(session: AsyncSession) -> None:
        await by_insertion(session, Thing(name="desk"))
        with pytest.raises(IntegrityError):
            await by_insertion(session, Thing(name="lamp"))

    assert_problem(await ask(app, work), 500, "internal-error")
    assert await scratch.fetchval("SELECT count(*) FROM scratch.things") == 1


async def test_a_failure_within_a_savepoint_may_be_swallowed(
    scratch: Any, database: Database
) -> None:
    await create_things(database, "lamp")

    async with database.transaction() as session:
        await by_insertion(session, Thing(name="desk"))
        with pytest.raises(IntegrityError):
            async with session.begin_nested():
                await by_insertion(session, Thing(name="lamp"))
        await by_insertion(session, Thing(name="chair"))

    assert await scratch.fetchval("SELECT count(*) FROM scratch.things") == 3


async def test_a_connection_that_breaks_meanwhile_is_unavailable(
    scratch: Any, app: FastAPI, database: Database
) -> None:
    await create_things(database)
    await scratch.execute(SLOW)

    response, _ = await asyncio.gather(
        ask(app, lambda session: by_insertion(session, Thing(name="lamp"))),
        terminate_sleeping(scratch),
    )

    assert_problem(response, 503, "database-unavailable", retry_after="1")
    assert checked_out(database) == 0


async def test_cancelled_meanwhile_it_stores_nothing_and_loses_no_connection(
    scratch: Any, database: Database
) -> None:
    await create_things(database)
    await scratch.execute(SLOW)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2), database.transaction() as session:
            await by_insertion(session, Thing(name="lamp"))

    assert checked_out(database) == 0
    assert await scratch.fetchval("SELECT count(*) FROM scratch.things") == 0


async def test_two_tasks_with_one_session_store_each_its_own(
    scratch: Any, database: Database
) -> None:
    await create_things(database)
    async with database.transaction() as session:
        await session.connection()
        await asyncio.gather(*(by_insertion(session, Thing(name=name)) for name in "ab"))

    assert await scratch.fetchval("SELECT string_agg(name, '') FROM scratch.things") == "ab"


@pytest.mark.usefixtures("scratch")
async def test_it_goes_where_the_rows_of_its_model_are(database: Database) -> None:
    await create_things(database)

    async with AsyncSession(binds={Thing: database.engine}) as session, session.begin():
        await by_insertion(session, Thing(name="lamp"))


async def test_it_is_counted_as_a_statement(
    scratch: Any, app: FastAPI, client: Client, database: Database, read_log: ReadLog
) -> None:
    await create_things(database)

    @app.post("/things")
    async def create(session: Session) -> None:
        await by_insertion(session, Thing(name="lamp"))

    assert (await client.post("/things")).status_code == 200
    (line,) = read_log("request")
    assert line["queries"] == 1
    assert line["database_ms"] > 0


async def with_an_owner(session: AsyncSession) -> Thing:
    owner = Thing(name="desk")
    await by_insertion(session, owner)
    return Thing(name="lamp", owner=owner)


async def with_no_owner(_: AsyncSession) -> Thing:
    return Thing(name="lamp", owner=None)


async def beside_a_pending_one(session: AsyncSession) -> Thing:
    session.add(Thing(name="desk"))
    return Thing(name="lamp")


async def beside_a_changed_one(session: AsyncSession) -> Thing:
    await by_insertion(session, desk := Thing(name="desk"))
    desk.size = 2
    return Thing(name="lamp")


async def beside_a_deleted_one(session: AsyncSession) -> Thing:
    await by_insertion(session, desk := Thing(name="desk"))
    await session.delete(desk)
    return Thing(name="lamp")


async def with_an_expression(_: AsyncSession) -> Thing:
    return Thing(name=text("'lamp'"))


async def with_a_column(_: AsyncSession) -> Thing:
    return Thing(name="lamp", size=Clause())


class Clause:
    def __clause_element__(self) -> Any:
        return func.length("four")


async def with_a_value_that_is_no_column(_: AsyncSession) -> Thing:
    thing: Any = Thing(name="lamp")
    thing.remark = "made by hand"
    return thing  # type: ignore[no-any-return]


async def that_is_pending(session: AsyncSession) -> Thing:
    session.add(thing := Thing(name="lamp"))
    return thing


async def that_was_stored_and_changed(session: AsyncSession) -> Thing:
    await by_insertion(session, thing := Thing(name="desk"))
    session.expunge(thing)
    thing.name = "lamp"
    return thing


@pytest.mark.parametrize(
    "make",
    [
        with_an_owner,
        with_no_owner,
        beside_a_pending_one,
        beside_a_changed_one,
        beside_a_deleted_one,
        with_an_expression,
        with_a_column,
        with_a_value_that_is_no_column,
        that_is_pending,
        that_was_stored_and_changed,
    ],
)
async def test_what_is_more_than_one_plain_row_is_left_to_the_unit_of_work(
    scratch: Any, database: Database, make: Callable[[AsyncSession], Awaitable[Thing]]
) -> None:
    await create_things(database)
    async with database.transaction() as session:
        thing = await make(session)
        with flushes(session) as flushed:
            assert await ThingRepository(session).create(thing) is thing

    assert len(flushed) == 1
    names = await scratch.fetchval("SELECT array_agg(name) FROM scratch.things")
    assert "lamp" in names


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize("what", [*ADDING, *FLUSHING])
async def test_who_listens_to_a_session_is_told(database: Database, what: str) -> None:
    await create_things(database)
    async with database.transaction() as session:
        event.listen(session.sync_session, what, lambda *_: told.append(what))
        told: list[str] = []
        await by_unit_of_work(session, Thing(name="desk"))
        usually, told = told, []
        with flushes(session) as flushed:
            await ThingRepository(session).create(Thing(name="lamp"))

    assert told == usually
    assert len(flushed) == 1


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize("what", ["before_insert", "after_insert", "refresh_flush"])
async def test_who_listens_to_a_model_is_told(database: Database, what: str) -> None:
    await create_things(database)
    told = []

    def note(*_: Any) -> None:
        told.append(what)

    event.listen(Thing, what, note)
    async with database.transaction() as session:
        with flushes(session) as flushed:
            await ThingRepository(session).create(Thing(name="lamp"))
    event.remove(Thing, what, note)

    assert told == [what]
    assert len(flushed) == 1


@pytest.mark.parametrize("model", NEEDING_MORE, ids=lambda model: model.__name__)
def test_a_model_whose_rows_take_more_is_left_to_the_unit_of_work(model: type[Entity]) -> None:
    assert insertion_of(model) is None
