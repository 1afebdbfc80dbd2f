"""The probe: what readiness asks the database, and how seldom."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.database.probe import CACHE, Probe
from app.settings import Settings
from tests.conftest import make_settings
from tests.database.terminating import terminate

CONNECTIONS = """SELECT pid FROM pg_stat_activity
                 WHERE datname = current_database() AND application_name LIKE '% probe'"""


@pytest.fixture
async def probe(settings: Settings) -> AsyncIterator[Probe]:
    probe = Probe(settings.database, settings.service.name)
    yield probe
    await probe.close()


@pytest.mark.usefixtures("patient_probe")
async def test_it_tells_what_it_found(probe: Probe, sql: Any) -> None:
    assert await probe.check() is probe.available is True
    assert probe.latency is not None
    assert 0 < probe.latency < 1
    version = await sql.fetchval("SHOW server_version")
    assert probe.server_version == version.split()[0]


@pytest.mark.usefixtures("patient_probe")
async def test_many_who_ask_at_once_cause_one_question(probe: Probe, sql: Any) -> None:
    assert await asyncio.gather(*(probe.check() for _ in range(50))) == [True] * 50
    pids = await sql.fetch(CONNECTIONS)

    await terminate(sql, pids[0]["pid"])

    assert len(pids) == 1
    assert await probe.check()  # the answer of a moment ago


@pytest.mark.usefixtures("patient_probe")
async def test_it_keeps_its_connection(
    probe: Probe, sql: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.database.probe.CACHE", 0)
    pids = []
    for _ in range(3):
        assert await probe.check()
        pids += [row["pid"] for row in await sql.fetch(CONNECTIONS)]

    assert len(pids) == 3
    assert len(set(pids)) == 1


@pytest.mark.usefixtures("patient_probe")
async def test_it_connects_anew_when_its_connection_was_broken(probe: Probe, sql: Any) -> None:
    assert await probe.check()
    await terminate(sql, (await sql.fetch(CONNECTIONS))[0]["pid"])

    await asyncio.sleep(CACHE)

    assert await probe.check()


async def test_it_does_not_wait_for_a_database_that_says_nothing() -> None:
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
