"""Events are written with the change that they tell of, and in the order of the commits."""

import asyncio
from typing import Any

import pytest
import structlog
from pydantic import BaseModel
from sqlalchemy import MetaData

from chassis.database.model import Entity
from chassis.database.session import Database
from chassis.jobs import events
from tests.support.eventually import eventually

WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


class Basket(Entity):
    metadata = MetaData()  # not of what a service owns
    __tablename__ = "baskets_of_tests"


class Told(BaseModel):
    number: int


async def subjects(sql: Any) -> list[str]:
    rows = await sql.fetch("SELECT subject FROM events ORDER BY position")
    return [row["subject"] for row in rows]


async def test_an_event_is_there_after_the_commit_alone(database: Database, sql: Any) -> None:
    async with database.transaction() as session:
        event = await events.publish(session, "orders.placed", "orders/1", Told(number=1))
        assert await subjects(sql) == []

    row = await sql.fetchrow("SELECT *, body::text AS told FROM events")
    assert (row["id"], row["subject"], row["aggregate"]) == (event, "orders.placed", "orders/1")
    assert row["told"] == '{"number": 1}'


async def test_nothing_is_told_of_what_was_rolled_back(database: Database, sql: Any) -> None:
    async def told_in_vain() -> None:
        async with database.transaction() as session:
            await events.publish(session, "orders.placed", "orders/1", {})
            raise LookupError

    with pytest.raises(LookupError):
        await told_in_vain()

    assert await subjects(sql) == []


async def test_an_aggregate_may_be_the_row_itself(database: Database, sql: Any) -> None:
    basket = Basket()
    with structlog.contextvars.bound_contextvars(request_id="r1"):
        async with database.transaction() as session:
            await session.run_sync(
                lambda it: Basket.metadata.tables["baskets_of_tests"].create(it.connection())
            )
            session.add(basket)
            await events.publish(session, "baskets.filled", basket, {})

    row = await sql.fetchrow("SELECT aggregate, context::text AS context FROM events")
    assert row["aggregate"] == f"baskets_of_tests/{basket.id}"
    assert row["context"] == '{"request_id": "r1"}'
    await sql.execute("DROP TABLE baskets_of_tests")


async def test_who_publishes_of_one_aggregate_waits_for_those_before(
    database: Database, sql: Any
) -> None:
    """Whether or not both change a row, so that the one committed first has the lower position."""

    async def second() -> None:
        async with database.transaction() as session:
            await events.publish(session, "second", "orders/1", {})

    async with database.transaction() as session:
        await events.publish(session, "first", "orders/1", {})
        later = asyncio.create_task(second())
        await eventually(lambda: sql.fetchval(WAITING))
        async with database.transaction() as others:
            await events.publish(others, "of another", "orders/2", {})
    await later

    assert await subjects(sql) == ["first", "of another", "second"]
