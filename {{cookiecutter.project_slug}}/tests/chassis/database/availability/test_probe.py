"""The probe: what readiness asks the database, and how seldom."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from chassis.database.availability.probe import Probe
from chassis.database.connections.line import TIMEOUT
from chassis.settings import Settings
from tests.chassis.database.terminating import terminate
from tests.support.settings import make_settings

CONNECTIONS = """SELECT pid FROM pg_stat_activity
                 WHERE datname = current_database() AND application_name = $1"""


@pytest.fixture
def name() -> str:
    """That nobody had: the server may not have noticed yet that a probe before has gone."""
    return uuid4().hex


@pytest.fixture
async def probe(settings: Settings, name: str) -> AsyncIterator[Probe]:
    probe = Probe(settings.database, name)
    yield probe
    await probe.close()


async def pids_of(sql: Any, name: str) -> list[int]:
    return [row["pid"] for row in await sql.fetch(CONNECTIONS, f"{name} probe")]


async def test_it_tells_what_it_found(probe: Probe, sql: Any) -> None:
    assert await probe.check() is probe.available is True
    assert probe.latency is not None
    assert probe.latency > 0
    version = await sql.fetchval("SHOW server_version")
    assert probe.server_version == version.split()[0]


async def test_many_who_ask_at_once_cause_one_question(
    probe: Probe, name: str, sql: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.database.availability.probe.CACHE", 3_600)
    assert await asyncio.gather(*(probe.check() for _ in range(50))) == [True] * 50
    pids = await pids_of(sql, name)

    await terminate(sql, probe._line._connection)

    assert len(pids) == 1
    assert await probe.check()  # the answer of a moment ago


async def test_it_keeps_its_connection(
    probe: Probe, name: str, sql: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.database.availability.probe.CACHE", 0)
    pids = []
    for _ in range(3):
        assert await probe.check()
        pids += await pids_of(sql, name)

    assert len(pids) == 3
    assert len(set(pids)) == 1


async def test_it_connects_anew_when_its_connection_was_broken(
    probe: Probe, name: str, sql: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.database.availability.probe.CACHE", 0)
    assert await probe.check()
    await terminate(sql, probe._line._connection)

    assert await probe.check()


async def test_it_does_not_wait_for_a_database_that_says_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chassis.database.connections.line.TIMEOUT", TIMEOUT)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        settings = make_settings(
            database={"url": f"postgresql://a:b@127.0.0.1:{port}/c", "connect_timeout": 60}
        )
        probe = Probe(settings.database, settings.service.name)
        started = time.monotonic()

        assert not await probe.check()

        assert time.monotonic() - started < 30
        assert probe.latency is None
