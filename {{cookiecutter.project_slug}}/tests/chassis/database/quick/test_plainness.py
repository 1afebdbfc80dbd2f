"""What goes past the ORM leaves what the ORM leaves, and what is not plain does not go past it."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database.quick.insertion import store
from chassis.database.reader import Reader
from chassis.database.session import Database
from tests.chassis.database.quick.comparing import create_tables, known_of, rows_of
from tests.chassis.database.quick.inserting import by_insertion, by_unit_of_work, flushes, left_of
from tests.chassis.database.quick.other_models import HEARD_WHEN_LOADED, OTHERS
from tests.chassis.database.quick.plain_models import PLAIN, TYPES, Case

PLAIN_TO_READ = [(case, True) for case in PLAIN]
PLAIN_TO_MAKE = [(case, True) for case in PLAIN + HEARD_WHEN_LOADED]


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize(
    ("case", "plain"),
    [*PLAIN_TO_READ, *((case, False) for case in HEARD_WHEN_LOADED + OTHERS)],
    ids=str,
)
async def test_a_read_gives_what_the_session_gives(
    database: Database, case: Case, plain: bool
) -> None:
    await create_tables(database, case)

    await compare_reads(database, case, plain=plain)


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize(
    ("case", "plain"), [*PLAIN_TO_MAKE, *((case, False) for case in OTHERS)], ids=str
)
async def test_a_new_row_leaves_what_a_flush_leaves(
    database: Database, case: Case, plain: bool
) -> None:
    await create_tables(database, case)

    await compare_new_rows(database, case, plain=plain)


@pytest.mark.no_cover  # other tests cover it; measured, it would take thrice as long
@pytest.mark.usefixtures("scratch")
async def test_every_type_is_read_and_stored_as_by_a_session(database: Database) -> None:
    await create_tables(database, *TYPES)
    for case in TYPES:
        await compare_reads(database, case, plain=True)
        await compare_new_rows(database, case, plain=True)


async def compare_reads(database: Database, case: Case, *, plain: bool) -> None:
    async with database.transaction() as session:
        session.add_all([case.model(**row) for row in case.rows])
    statement = select(case.model).order_by(case.model.id)

    quick = await Reader(database).entities(case.model, statement, {})
    by_session = (await Reader(database).scalars(statement)).all()

    assert known_of(quick) == known_of(by_session)
    assert len(quick) == len(case.rows)
    assert (database.direct.query(case.model, statement, {}) is not None) == plain


async def compare_new_rows(database: Database, case: Case, *, plain: bool) -> None:
    for row in case.rows:
        left = []
        for create in (by_unit_of_work, by_insertion if plain else by_store):
            async with database.transaction() as session:
                await create(session, entity := case.model(**row))
                left.append((left_of(entity), await rows_of(session, entity)))
                await session.delete(entity)
        assert left[1] == left[0]


async def by_store(session: AsyncSession, entity: Any) -> None:
    with flushes(session) as flushed:
        await session.run_sync(store, entity)
    assert len(flushed) == 1
