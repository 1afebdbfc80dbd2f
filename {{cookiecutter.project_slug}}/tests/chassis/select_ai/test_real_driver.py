"""The real driver, against what is no database: a port that refuses, and one that stays silent."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import oracledb
import pytest
from select_ai.db import __async_pool__ as registry

from chassis.select_ai import doctor, pool
from chassis.select_ai.actions import Action
from chassis.select_ai.asking import SelectAI
from chassis.select_ai.observer import Unobserved
from chassis.select_ai.problems import SelectAIUnavailable
from chassis.select_ai.profiles import Profiles
from chassis.select_ai.settings import SelectAISettings
from chassis.settings.groups import ServerSettings
from tests.chassis.select_ai.conftest import SET

CREATE = oracledb.create_pool_async
SERVER = ServerSettings(workers=3, replicas=2)


@pytest.fixture(autouse=True)
def _real(pools: list[object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oracledb, "create_pool_async", CREATE)
    monkeypatch.setattr(pool, "CLOSING", 0.2)


@pytest.fixture
def refusing() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    return f"127.0.0.1:{port}/shop"


@pytest.fixture
def silent() -> Iterator[str]:
    """Takes connections, and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}/shop"


@pytest.fixture
def settings(request: pytest.FixtureRequest) -> SelectAISettings:
    dsn = request.getfixturevalue(request.param)
    return SelectAISettings(**SET | {"dsn": dsn, "pool_wait": 0.3, "call_timeout": 1})


@asynccontextmanager
async def opened(settings: SelectAISettings) -> AsyncIterator[SelectAI]:
    async with pool.opened(settings):
        yield SelectAI(settings, Profiles(settings.profiles), Unobserved())


@pytest.mark.parametrize("settings", ["refusing", "silent"], indirect=True)
async def test_a_database_that_is_not_there_is_unavailable(settings: SelectAISettings) -> None:
    async with asyncio.timeout(60), opened(settings) as select_ai:
        for _ in range(2):
            with pytest.raises(SelectAIUnavailable):
                await select_ai.ask("Why?", Action.CHAT, "sales")


@pytest.mark.parametrize("settings", ["silent"], indirect=True)
async def test_the_end_does_not_wait_for_it(settings: SelectAISettings) -> None:
    loop = asyncio.get_running_loop()
    async with opened(settings) as select_ai:
        asked = asyncio.create_task(select_ai.ask("Why?", Action.CHAT, "sales"))
        await asyncio.sleep(0)
        begun = loop.time()
    assert loop.time() - begun < 30

    with pytest.raises(SelectAIUnavailable):
        await asked
    registry.clear()


@pytest.mark.parametrize("settings", ["refusing", "silent"], indirect=True)
async def test_the_doctor_says_so_and_counts_sessions(
    settings: SelectAISettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "PATIENCE", 0.3)
    found = await doctor.select_ai(Examined(settings))

    message = found["select_ai"].message
    assert message.startswith(("DPY-6005", "No session within 0.3 s", "DPY-"))
    assert message.endswith("at most 12 of them: 6 process(es) x SELECT_AI_POOL_MAX=2")


class Examined:
    server = SERVER

    def __init__(self, settings: SelectAISettings) -> None:
        self.select_ai = settings


async def test_the_doctor_is_content_with_a_session(monkeypatch: pytest.MonkeyPatch) -> None:
    class Connection:
        async def close(self) -> None: ...

    async def connect(**_: object) -> Connection:
        return Connection()

    monkeypatch.setattr(oracledb, "connect_async", connect)
    found = await doctor.select_ai(Examined(SelectAISettings(**SET)))

    assert found["select_ai"].message.startswith("It takes sessions; at most 12")


async def test_the_doctor_has_nothing_to_say_where_there_is_none() -> None:
    assert await doctor.select_ai(Examined(SelectAISettings())) == {}
