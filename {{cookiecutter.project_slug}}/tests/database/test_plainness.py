"""What goes past the ORM leaves what the ORM leaves, and what is not plain does not go past it."""

from typing import Any

import pytest
from sqlalchemy import Table, inspect, null, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.database.insertion import store
from app.database.reader import Reader
from app.database.session import Database
from tests.database.comparing import create_tables, known_of
from tests.database.inserting import by_unit_of_work, comparable, flushes, left_of
from tests.database.other_models import HEARD_WHEN_LOADED, OTHERS
from tests.database.plain_models import PLAIN, Case

READ_PAST_IT = [
    *((case, True) for case in PLAIN),
    *((c, False) for c in HEARD_WHEN_LOADED + OTHERS),
]
MADE_PAST_IT = [
    *((case, True) for case in PLAIN + HEARD_WHEN_LOADED),
    *((c, False) for c in OTHERS),
]


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize(("case", "plain"), READ_PAST_IT, ids=str)
async def test_a_read_gives_what_the_session_gives(
    database: Database, case: Case, plain: bool
) -> None:
    await create_tables(database, case)
    async with database.transaction() as session:
        session.add_all([case.model(**row) for row in case.rows])
    statement = select(case.model).order_by(case.model.id)

    quick = await Reader(database).entities(case.model, statement, {})
    by_session = (await Reader(database).scalars(statement)).all()

    assert known_of(quick) == known_of(by_session)
    assert len(quick) == len(case.rows)
    assert (database.direct.query(case.model, statement, {}) is not None) == plain


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize(("case", "plain"), MADE_PAST_IT, ids=str)
async def test_a_new_row_leaves_what_a_flush_leaves(
    database: Database, case: Case, plain: bool
) -> None:
    await create_tables(database, case)
    for row in case.rows:
        left = []
        for create in (by_unit_of_work, by_store):
            async with database.transaction() as session:
                await create(session, entity := case.model(**row))
                left.append((left_of(entity), await rows_of(session, entity)))
                await session.delete(entity)
        assert left[1] == left[0]

        async with database.transaction() as session:
            with flushes(session) as flushed:
                await by_store(session, case.model(**row))
        assert len(flushed) == (0 if plain else 1)


async def by_store(session: AsyncSession, entity: Any) -> None:
    await session.run_sync(store, entity)


async def rows_of(session: AsyncSession, entity: Any) -> list[dict[str, Any]]:
    """As they are in the database; in JSON, nothing and null are two."""
    rows = []
    for table in inspect(type(entity)).tables:
        assert isinstance(table, Table)
        nothing = [column.is_(null()).label(f"no {column.name}") for column in table.c]
        found = await session.execute(select(table, *nothing).where(table.c.id == entity.id))
        rows.append(comparable(dict(found.mappings().one())))
    return rows
