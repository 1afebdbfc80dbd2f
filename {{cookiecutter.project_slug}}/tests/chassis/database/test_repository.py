"""What every repository can do."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import uuid4

import pytest
from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.exc import StaleDataError

from chassis.database.failures import problem_from
from chassis.database.guards import WriteRefusedError
from chassis.database.repository import Repository
from chassis.database.session import Database
from chassis.problems import InvalidRequest, NotFound
from chassis.web.sessions import Session, for_reads, in_transaction
from tests.chassis.database.things import Thing, ThingRepository, create_things
from tests.support.clients import Client


@pytest.fixture
async def things(
    scratch: Any,
    database: Database,
) -> AsyncIterator[ThingRepository]:
    """A repository in a transaction that is committed after the test."""
    await create_things(database)
    async with database.transaction() as session:
        yield ThingRepository(session)


async def test_what_was_created_is_found(things: ThingRepository) -> None:
    thing = await things.create(Thing(name="lamp"))

    assert await things.get(thing.id) is thing
    assert await things.find(thing.id) is thing


async def test_what_does_not_exist_is_missing_by_name_and_key(things: ThingRepository) -> None:
    key = uuid4()

    assert await things.find(key) is None
    with pytest.raises(NotFound, match=f"Thing {key} does not exist"):
        await things.get(key)


async def test_an_error_appears_where_it_was_made(things: ThingRepository) -> None:
    await things.create(Thing(name="lamp"))

    with pytest.raises(IntegrityError):
        async with things.session.begin_nested():
            await things.create(Thing(name="lamp"))


@pytest.mark.parametrize("count", [0, 1, 2_500])
async def test_many_are_created_in_the_order_given(things: ThingRepository, count: int) -> None:
    names = [f"{number * 7919 % 2_500}" for number in range(count)]

    created = await things.create_many([{"name": name} for name in names])

    assert [thing.name for thing in created] == names
    assert [thing.id for thing in created] == sorted(thing.id for thing in created)
    assert all(thing.version == 1 for thing in created)


@pytest.mark.parametrize("method", ["get_many", "lock_many"])
async def test_many_are_found_by_key(things: ThingRepository, method: str) -> None:
    keys = [thing.id for thing in await things.create_many([{"name": n} for n in "abc"])]

    found = await getattr(things, method)([keys[2], keys[0], keys[2]])

    assert {key: thing.name for key, thing in found.items()} == {keys[0]: "a", keys[2]: "c"}


@pytest.mark.parametrize("method", ["get_many", "lock_many"])
async def test_one_that_is_missing_among_many_is_told(things: ThingRepository, method: str) -> None:
    known = (await things.create(Thing(name="lamp"))).id
    missing = uuid4()

    with pytest.raises(NotFound, match=str(missing)):
        await getattr(things, method)([known, missing])


@pytest.mark.parametrize("method", ["get_many", "lock_many"])
async def test_nothing_among_many_is_nothing(things: ThingRepository, method: str) -> None:
    assert await getattr(things, method)([]) == {}


async def test_locks_of_many_are_taken_in_one_order(scratch: Any, database: Database) -> None:
    """Twenty who lock the same rows, each in another order, never wait in a circle."""
    keys = [thing.id for thing in await create_things(database, *"abcdef")]

    async def lock_and_count(turn: int) -> None:
        async with database.transaction() as session:
            await session.execute(text("SET LOCAL deadlock_timeout = '10ms'"))
            start = turn % len(keys)
            order = (keys[start:] + keys[:start])[:: -1 if turn % 2 else 1]
            for thing in (await ThingRepository(session).lock_many(order)).values():
                thing.size += 1

    await asyncio.gather(*(lock_and_count(turn) for turn in range(20)))

    assert await scratch.fetchval("SELECT array_agg(DISTINCT size) FROM scratch.things") == [20]


async def test_locking_shows_what_was_committed_meanwhile(scratch: Any, database: Database) -> None:
    (thing,) = await create_things(database, "lamp")
    async with database.transaction() as session:
        before = await ThingRepository(session).get(thing.id)
        await scratch.execute("UPDATE scratch.things SET size = 5, version = 2")

        locked = (await ThingRepository(session).lock_many([thing.id]))[thing.id]

        assert locked is before
        assert (locked.size, locked.version) == (5, 2)


async def test_an_update_counts_the_version_and_sets_the_time(things: ThingRepository) -> None:
    thing = await things.create(Thing(name="lamp"))
    created_at = thing.updated_at

    updated = await things.update(thing, {"name": "desk", "size": 3})

    assert updated is thing
    assert (thing.name, thing.size, thing.version) == ("desk", 3, 2)
    assert thing.updated_at > created_at


async def test_an_update_that_changes_nothing_counts_nothing(things: ThingRepository) -> None:
    thing = await things.create(Thing(name="lamp"))

    await things.update(thing, {"name": "lamp"})

    assert thing.version == 1


@pytest.mark.parametrize("change", ["update", "delete"])
async def test_a_change_of_what_another_has_changed_is_refused(
    scratch: Any, database: Database, change: str
) -> None:
    (created,) = await create_things(database, "lamp")
    async with database.transaction() as session:
        things = ThingRepository(session)
        thing = await things.get(created.id)
        await scratch.execute("UPDATE scratch.things SET size = 5, version = version + 1")

        with pytest.raises(StaleDataError):
            await (
                things.delete(thing) if change == "delete" else things.update(thing, {"size": 1})
            )

        await session.rollback()
    assert await scratch.fetchval("SELECT size FROM scratch.things") == 5


async def test_what_was_deleted_is_gone(things: ThingRepository) -> None:
    thing = await things.create(Thing(name="lamp"))

    await things.delete(thing)

    assert await things.find(thing.id) is None


async def test_a_repository_never_commits(scratch: Any, things: ThingRepository) -> None:
    thing = await things.create(Thing(name="lamp"))
    await things.update(thing, {"size": 1})
    await things.create_many([{"name": "desk"}])
    await things.delete(thing)

    assert await scratch.fetchval("SELECT count(*) FROM scratch.things") == 0


async def test_more_keys_than_a_statement_takes_are_the_clients_fault(
    things: ThingRepository,
) -> None:
    with pytest.raises(DBAPIError) as refused:
        await things.get_many(uuid4() for _ in range(32_768))

    assert problem_from(refused.value).status == 422
    await things.session.rollback()


async def test_what_a_repository_loads_along_is_there(things: ThingRepository) -> None:
    class Owned(ThingRepository):
        load = (selectinload(Thing.owner),)

    owner = await things.create(Thing(name="desk"))
    thing = await things.create(Thing(name="lamp", owner_id=owner.id))
    things.session.expunge_all()

    found = await Owned(things.session).get(thing.id)

    assert found.owner is not None
    assert found.owner.name == "desk"


async def test_a_sort_without_columns_to_sort_by_is_refused(things: ThingRepository) -> None:
    class Unsorted(Repository[Thing]):
        model = Thing

    with pytest.raises(InvalidRequest, match="Cannot sort by 'name'"):
        await Unsorted(things.session).page(sort="name", limit=1, cursor=None)


@pytest.mark.usefixtures("scratch")
async def test_a_repository_is_a_dependency(app: FastAPI, client: Client) -> None:
    """Of the request's transaction, and of its reads."""
    database: Database = app.state.database
    (lamp,) = await create_things(database, "lamp")

    @app.post("/things")
    async def change(
        things: Annotated[ThingRepository, Depends(in_transaction(ThingRepository))],
        session: Session,
    ) -> bool:
        await things.update(await things.get(lamp.id), {"name": "desk"})
        return things.session is session

    @app.get("/things")
    async def read(
        things: Annotated[ThingRepository, Depends(for_reads(ThingRepository))],
    ) -> str:
        with pytest.raises(WriteRefusedError):
            _ = things.session
        return (await things.get(lamp.id)).name

    assert (await client.post("/things")).json() is True
    assert (await client.get("/things")).json() == "desk"
