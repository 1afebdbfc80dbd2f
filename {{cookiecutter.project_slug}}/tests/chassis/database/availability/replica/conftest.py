"""A real streaming replica, which is checked often, and what the log tells of it."""

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from chassis.settings import Settings
from tests.chassis.database.availability.replica.reading import Log, settings_for
from tests.chassis.database.availability.standby import execute, standby_of
from tools.postgres import Server


@pytest.fixture(scope="session")
def standby(own_server: Server) -> Iterator[Server]:
    with standby_of(own_server) as started:
        yield started


@pytest.fixture
def settings(own_server: Server, standby: Server) -> Settings:
    return settings_for(own_server, standby)


@pytest.fixture(autouse=True)
def _checks_are_frequent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.database.availability.replica.INTERVAL", 0.05)
    monkeypatch.setattr(
        "chassis.database.connections.line.TIMEOUT", 10.0
    )  # a busy machine is no dead replica


@pytest.fixture(autouse=True)
async def _lost_while_connecting() -> AsyncIterator[None]:
    """A connection lost before it is open leaves asyncpg with a future that nobody awaits."""
    loop = asyncio.get_running_loop()
    handler: Any = loop.get_exception_handler()

    def handle(loop: Any, context: dict[str, Any]) -> None:
        if "unexpected connection_lost() call" not in str(context.get("exception")):
            handler(loop, context)

    loop.set_exception_handler(handle)
    yield
    gc.collect()
    loop.set_exception_handler(handler)


@pytest.fixture
async def marks(own_server: Server) -> AsyncIterator[None]:
    await execute(own_server, "CREATE TABLE marks (id int)")
    yield
    await execute(own_server, "SET lock_timeout = '5s'; DROP TABLE marks")


@pytest.fixture(autouse=True)  # and so closed last
def log(capsys: pytest.CaptureFixture[str]) -> Log:
    return Log(capsys)
