"""What a command of `python -m app` stores, it stores as a whole."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database.command import run_in_transaction
from chassis.settings import Settings

SAID = "SELECT count(*) FROM said"


@pytest.fixture
async def words(sql: Any) -> AsyncIterator[Any]:
    await sql.execute("CREATE TABLE said (word text)")
    yield sql
    await sql.execute("DROP TABLE said")


async def say(session: AsyncSession) -> None:
    await session.execute(text("INSERT INTO said VALUES ('one'), ('two')"))


async def say_and_fail(session: AsyncSession) -> None:
    await say(session)
    raise RuntimeError


async def test_all_of_it_is_committed(settings: Settings, words: Any) -> None:
    await asyncio.to_thread(run_in_transaction, settings, say)

    assert await words.fetchval(SAID) == 2


async def test_or_nothing(settings: Settings, words: Any) -> None:
    with pytest.raises(RuntimeError):
        await asyncio.to_thread(run_in_transaction, settings, say_and_fail)

    assert await words.fetchval(SAID) == 0
