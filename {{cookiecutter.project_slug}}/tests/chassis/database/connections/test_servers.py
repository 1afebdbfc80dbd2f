"""Several servers in one address: the next one is tried when one cannot be had."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import asyncpg
import pytest

from chassis.database.availability.probe import Probe
from chassis.database.connections import line
from chassis.database.connections.engine import open_connection
from chassis.database.connections.password import Password
from chassis.settings.groups import DatabaseSettings
from tests.chassis.database.asking import ask, assert_problem
from tests.chassis.database.connections.test_connecting import listening, read, start_up
from tests.support.composition import StartApp
from tests.support.settings import make_settings
from tools.postgres import Server


def named(
    server: Server, ports: list[int], options: str = "", **values: object
) -> DatabaseSettings:
    """All on this machine."""
    login = f"postgres:{quote(server.password)}"
    hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
    url = f"postgresql://{login}@{hosts}/postgres?{options}"
    return make_settings(database={"url": url, **values}).database


async def port_of(settings: DatabaseSettings) -> int:
    """Where a connection leads."""
    connection = await open_connection(settings, "tests", Password(settings))
    try:
        return int(await connection.fetchval("SELECT inet_server_port()"))
    finally:
        await connection.close()


@contextmanager
def refusing() -> Iterator[int]:
    with socket.socket() as bound:  # but not listening
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@contextmanager
def silent() -> Iterator[int]:
    """As a machine that is gone: nobody answers, and nobody refuses."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


async def test_one_that_refuses_is_passed_over(server: Server) -> None:
    with refusing() as port:
        assert await port_of(named(server, [port, server.port])) == server.port


async def test_one_that_says_nothing_costs_its_own_timeout_and_not_the_others(
    server: Server,
) -> None:
    with silent() as port:
        settings = named(server, [port, server.port], connect_timeout=4)

        assert await port_of(settings) == server.port


async def test_one_that_is_starting_up_is_passed_over(server: Server) -> None:
    async with listening(start_up) as url:
        port = int(url.rpartition(":")[2].partition("/")[0])

        assert await port_of(named(server, [port, server.port])) == server.port


async def test_who_refuses_the_login_has_the_last_word(server: Server) -> None:
    with refusing() as port:
        hosts = f"127.0.0.1:{server.port},127.0.0.1:{port}"
        url = f"postgresql://nobody:nothing@{hosts}/postgres"

        with pytest.raises(asyncpg.InvalidPasswordError):
            await port_of(make_settings(database={"url": url}).database)


async def test_when_none_can_be_had_the_reason_of_each_is_told(server: Server) -> None:
    with (
        refusing() as one,
        refusing() as other,
        pytest.raises(asyncpg.ClientCannotConnectError) as refused,
    ):
        await port_of(named(server, [one, other]))

    told = str(refused.value)
    assert told.startswith("cannot connect to any server: ")
    for port in (one, other):
        assert f"127.0.0.1:{port}: ConnectionRefusedError" in told


@pytest.mark.parametrize("ports", [1, 2])
async def test_where_none_takes_writes_the_service_is_unavailable(
    start_app: StartApp, server: Server, ports: int
) -> None:
    """No server here is a standby."""
    database = named(server, [server.port] * ports, "target_session_attrs=standby")
    app = await start_app(make_settings(database=database.model_dump()))

    assert_problem(await ask(app, read), 503, "database-unavailable", retry_after="1")


async def test_the_probe_gets_to_the_last_one_in_its_own_time(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "TIMEOUT", 6.0)
    with silent() as port:
        probe = Probe(named(server, [port, server.port], connect_timeout=60), "tests")

        async with asyncio.timeout(60):
            assert await probe.check()
        await probe.close()
