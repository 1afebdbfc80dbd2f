"""Where reads go, and what is printed about it."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database.reader import Reader
from chassis.database.session import Database
from chassis.settings import Settings
from tests.support.composition import StartApp
from tests.support.settings import make_settings
from tools.postgres import Server

FIT = "reads go to the replica"
UNFIT = "reads go to the primary, the replica is not fit"


def settings_for(primary: Server, replica: Server, **values: Any) -> Settings:
    given = {"url": primary.url("own"), "replica_url": replica.url("own"), "pool_size": 5}
    return make_settings(database=given | values)


class Log:
    """What was printed since the start of the test about where reads go."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self._text = ""

    def lines(self) -> list[str]:
        self._text += self._capsys.readouterr().out
        return [line for line in self._text.splitlines() if "] reads go to " in line]

    def told(self) -> list[str]:
        return [FIT if FIT in line else UNFIT for line in self.lines()]


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(90):
        while not condition():  # noqa: ASYNC110  another process makes it true
            await asyncio.sleep(0.01)


async def started(start_app: StartApp, settings: Settings) -> FastAPI:
    """An application that reads from its replica."""
    app: FastAPI = await start_app(settings)
    await until(lambda: app.state.database.replica.fit)
    return app


async def on_replica(session: AsyncSession | Reader) -> bool:
    return bool(await session.scalar(text("SELECT pg_is_in_recovery()")))


async def reads_replica(database: Database) -> bool:
    async with database.reading() as session:
        return await on_replica(session)


async def driver_reads_replica(database: Database) -> bool:
    """As a repository does it, past the ORM."""
    ((found,),) = await Reader(database)._fetch("SELECT pg_is_in_recovery()", [])
    return bool(found)
