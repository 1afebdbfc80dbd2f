"""The warning at start."""

import asyncio
import socket
import time

import asyncpg
import pytest
import structlog

from chassis.doctor import start as starting
from chassis.settings import Settings
from tests.chassis.doctor.examining import AWAY, ROLE, Execute, settings_for, url_of
from tests.support.serving import APPLICATION, Served, interpret, serving, until
from tools.postgres import Server as PostgresServer

TOLD = "too many connections"


def test_the_service_warns_once_however_many_workers(
    own_server: PostgresServer, as_superuser: Execute
) -> None:
    as_superuser(f"ALTER ROLE {ROLE} CONNECTION LIMIT 5")
    env = {"DATABASE_URL": url_of(own_server), "DATABASE_POOL_SIZE": "2", "LOG_FORMAT": "json"}
    env["DATABASE_WARM_UP"] = "0"  # else they may all be taken when it asks
    # Not `serving`: uvicorn ends workers that a busy machine starts too slowly.
    with interpret(APPLICATION, "serve", "--port=0", "--workers=2", env=env) as process:
        served = Served(process)
        assert until(lambda: served.lines(TOLD)), served.log()
        time.sleep(starting.AFTER + 0.5)

    (line,) = served.lines(TOLD)
    assert line["level"] == "warning"
    assert line["reason"] == (
        "The service may open (pool 2 + overflow 0 + 1 for the probe) x 2 workers x 1 replica"
        " = 6 connections, the server grants 5. Lower DATABASE_POOL_SIZE + DATABASE_MAX_OVERFLOW"
        " to 1; `python -m app doctor` says more."
    )


def warned(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the warning came; without waiting for the service to have started."""
    monkeypatch.setattr(starting, "AFTER", 0)
    with structlog.testing.capture_logs() as lines:
        thread = starting.warn_in_background(settings)
        thread.join(30)
    assert thread.daemon
    assert not thread.is_alive()
    return [line["event"] for line in lines] == [TOLD]


@pytest.mark.parametrize(("workers", "expected"), [(2, False), (3, True)])
def test_it_warns_when_the_budget_does_not_fit_and_only_then(
    own_server: PostgresServer, monkeypatch: pytest.MonkeyPatch, workers: int, expected: bool
) -> None:
    server, database = {"workers": workers}, {"pool_size": 12}
    settings = settings_for(url_of(own_server), server=server, database=database)

    assert warned(settings, monkeypatch) is expected


async def test_it_warns_when_every_connection_is_taken_already(
    own_server: PostgresServer, as_superuser: Execute, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asyncio.to_thread(as_superuser, f"ALTER ROLE {ROLE} CONNECTION LIMIT 1")
    taken = await asyncpg.connect(url_of(own_server))

    told = await asyncio.to_thread(warned, settings_for(url_of(own_server)), monkeypatch)

    await taken.close()
    assert told


def test_it_is_silent_when_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not warned(settings_for(AWAY), monkeypatch)


def test_a_database_that_does_not_answer_delays_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        env = {"DATABASE_URL": f"postgresql://shop@127.0.0.1:{port}/shop"}
        with serving(env=env | {"DATABASE_CONNECT_TIMEOUT": "60"}) as served:
            time.sleep(starting.AFTER + 0.5)
            begun = time.monotonic()
            served.stop()
            assert time.monotonic() - begun < 30

    assert "Traceback" not in served.log()
    assert TOLD not in served.log()
