"""Sessions for reads: nothing gets written through them, and each read is one round trip."""

from typing import Any

import pytest
from sqlalchemy import Executable, delete, insert, literal, select, text, union_all, update

from chassis.database.guards import WriteRefusedError
from chassis.database.session import Database
from chassis.settings import Settings
from tests.chassis.database.asking import ask, ask_reading, assert_problem
from tests.chassis.database.things import Thing, ThingRepository, create_things
from tests.chassis.database.wire import wire_to
from tests.support.composition import StartApp

NEW = insert(Thing).values(name="desk").returning(Thing.id)
SMALLEST = select(Thing.id).order_by(Thing.size).limit(1)


@pytest.fixture
async def things(scratch: Any, database: Database) -> Any:
    await create_things(database, "lamp")
    return scratch


@pytest.mark.parametrize(
    "statement",
    [
        NEW,
        update(Thing).values(name="desk"),
        delete(Thing),
        select(NEW.cte()),
        select(delete(Thing).returning(Thing.id).cte()),
        select(Thing).with_for_update(),
        select(Thing).with_for_update(read=True, key_share=True),
        text("  truncate scratch.things"),
        text("EXPLAIN ANALYZE DELETE FROM scratch.things"),
        text("LOCK scratch.things"),
        text("SET statement_timeout = 0"),
        text("/* harmless */ DELETE FROM scratch.things"),
        text("-- SELECT\nDELETE FROM scratch.things"),
    ],
)
async def test_a_statement_that_writes_or_locks_is_refused(
    things: Any, database: Database, statement: Executable
) -> None:
    async with database.reading() as session:
        with pytest.raises(WriteRefusedError, match="use Session for"):
            await session.execute(statement)

    assert await things.fetchval("SELECT name FROM scratch.things") == "lamp"


async def test_added_entities_are_refused(things: Any, database: Database) -> None:
    async with database.reading() as session:
        session.add(Thing(name="desk"))
        with pytest.raises(WriteRefusedError):
            await session.flush()

    assert await things.fetchval("SELECT count(*) FROM scratch.things") == 1


@pytest.mark.usefixtures("things")
async def test_a_refused_write_is_an_internal_error(
    start_app: StartApp, settings: Settings
) -> None:
    app = await start_app(settings)

    assert_problem(await ask_reading(app, lambda s: s.execute(NEW)), 500, "internal-error")


@pytest.mark.usefixtures("things")
@pytest.mark.parametrize(
    "statement",
    [
        select(Thing),
        union_all(SMALLEST, SMALLEST),
        select(select(Thing.updated_at).cte("update_times")),
        select(literal("insert, update; for update")),
        text("VALUES (1)"),
        text("/* all of them */ TABLE scratch.things"),
        text("-- all of them\n  SHOW timezone"),
        text("EXPLAIN SELECT 1"),
    ],
)
async def test_a_statement_that_reads_is_not_refused(
    database: Database, statement: Executable
) -> None:
    async with database.reading() as session:
        assert (await session.execute(statement)).all()


@pytest.mark.usefixtures("things")
async def test_large_results_can_be_streamed_in_a_transaction(database: Database) -> None:
    async with database.transaction() as session:
        rows = await session.stream(text("SELECT generate_series(1, 1000)"))
        assert [row[0] async for row in rows] == list(range(1, 1001))


@pytest.mark.parametrize(("asking", "round_trips"), [(ask_reading, 1), (ask, 3)])
async def test_a_read_is_one_round_trip_and_a_transaction_three(
    things: Any, start_app: StartApp, settings: Settings, asking: Any, round_trips: int
) -> None:
    key = await things.fetchval("SELECT id FROM scratch.things")
    address = settings.database.address
    async with wire_to(str(address.host), address.port or 5432) as wire:
        url = address.set(port=wire.port).render_as_string(hide_password=False)
        database = settings.database.model_copy(update={"url": type(settings.database.url)(url)})
        app = await start_app(settings.model_copy(update={"database": database}))
        counts = []
        for _ in range(3):
            before = wire.round_trips
            response = await asking(app, lambda session: ThingRepository(session).get(key))
            assert response.status_code == 200
            counts.append(wire.round_trips - before)

        assert counts[1:] == [round_trips, round_trips]  # the first one connects and prepares
        await app.state.database.engine.dispose()
