"""What a client is told when a value that no schema stopped cannot be stored."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Integer,
    MetaData,
    Numeric,
    Select,
    String,
    Table,
    Text,
    insert,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError

from chassis.database.failures import sqlstate
from chassis.database.session import Database
from tests.chassis.database.asking import SECRET, ask, assert_problem

VALUES = Table(
    "values",
    MetaData(schema="scratch"),
    Column("text", Text),
    Column("code", String(5)),
    Column("small", Integer),
    Column("big", BigInteger),
    Column("amount", Numeric(4, 2)),
    Column("local", DateTime),
    Column("instant", DateTime(timezone=True)),
    Column("document", JSONB),
)
FURTHEST_WEST = timezone(-timedelta(hours=23))


@pytest.fixture
async def table(scratch: Any, database: Database) -> Any:
    async with database.engine.begin() as connection:
        await connection.run_sync(VALUES.create)
    return scratch


@pytest.mark.parametrize(
    ("column", "value", "state"),
    [
        pytest.param("text", f"{SECRET}\0", "22021", id="NUL"),
        pytest.param("text", f"{SECRET}\ud800", "22000", id="lone surrogate"),
        pytest.param("code", SECRET, "22001", id="too long"),
        pytest.param("small", 2**31, "22000", id="beyond integer"),
        pytest.param("big", 2**63, "22000", id="beyond bigint"),
        pytest.param("amount", Decimal(100), "22003", id="beyond numeric"),
        pytest.param("local", datetime.now(UTC), "22000", id="aware time where none is kept"),
        pytest.param(
            "instant", datetime.max.replace(tzinfo=FURTHEST_WEST), "22000", id="beyond the calendar"
        ),
        pytest.param("document", {"a": f"{SECRET}\0"}, "22P05", id="NUL in JSON"),
        pytest.param("document", {"a": f"{SECRET}\ud800"}, "22P02", id="lone surrogate in JSON"),
        pytest.param("document", {SECRET: float("nan")}, "22P02", id="NaN in JSON"),
    ],
)
async def test_a_value_that_cannot_be_stored_is_refused(
    table: Any, app: FastAPI, column: str, value: object, state: str
) -> None:
    states = []

    async def work(session: Any) -> None:
        try:
            await session.execute(insert(VALUES).values({column: value}))
        except DBAPIError as error:
            states.append(sqlstate(error))
            raise

    assert_problem(await ask(app, work), 422, "invalid-request")
    assert states == [state]
    assert await table.fetchval("SELECT count(*) FROM scratch.values") == 0


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize(
    "query",
    [
        pytest.param(select(VALUES).limit(-1), id="negative LIMIT"),
        pytest.param(select(VALUES).limit(2**63), id="LIMIT beyond bigint"),
        pytest.param(select(VALUES).offset(2**63), id="OFFSET beyond bigint"),
        pytest.param(select(VALUES).where(VALUES.c.small == 2**31), id="beyond integer"),
        pytest.param(
            select(VALUES).where(VALUES.c.small.in_(range(32_768))), id="too many parameters"
        ),
    ],
)
async def test_a_query_that_cannot_be_asked_is_refused(app: FastAPI, query: Select[Any]) -> None:
    response = await ask(app, lambda session: session.execute(query))

    assert_problem(response, 422, "invalid-request")


async def test_text_too_large_for_its_index_is_refused(table: Any, app: FastAPI) -> None:
    await table.execute("CREATE INDEX ON scratch.values (text)")
    incompressible = "".join(map(chr, range(0x4E00, 0x4E00 + 2_800)))

    response = await ask(
        app, lambda session: session.execute(insert(VALUES).values(text=incompressible))
    )

    assert_problem(response, 422, "invalid-request")


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize(
    "document",
    [None, "é\u2028𝄞", 2**63, -1.5e300, {"a": [1, True, None, {"b": ""}]}],
)
async def test_other_json_comes_back_as_it_was(database: Database, document: object) -> None:
    async with database.transaction() as session:
        statement = insert(VALUES).values(document=document).returning(VALUES.c.document)

        assert await session.scalar(statement) == document
