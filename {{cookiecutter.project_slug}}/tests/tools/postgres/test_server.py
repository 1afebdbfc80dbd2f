"""A server has a password, and keeps its port and its data."""

import asyncio
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from tests.support.serving import until
from tests.tools.postgres.observing import query
from tests.tools.postgres.places import open_directory
from tools.postgres import PostgresError, Server, account, installation, running


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """For the tests that need a server, and not its end."""
    with open_directory() as made, running(made / "cluster", throwaway=True) as started:
        yield started


def test_the_password_is_needed_and_secret(server: Server) -> None:
    assert server.password not in repr(server)
    assert (server.directory / "server.json").stat().st_mode & 0o777 == 0o600
    with pytest.raises(asyncpg.InvalidPasswordError):
        query(server.url("postgres").replace(server.password, "guess"), "SELECT 1")


def test_a_database_is_created_once_even_inside_an_event_loop(server: Server) -> None:
    async def create() -> None:
        server.create_database("two words")
        server.create_database("two words")

    asyncio.run(create())
    assert query(server.url("two words"), "SELECT current_database()") == "two words"


def test_a_restarted_server_keeps_its_port(server: Server) -> None:
    server.restart("immediate")
    assert query(server.url("postgres"), "SELECT 1") == 1
    server.stop()
    with pytest.raises(ConnectionRefusedError):
        query(server.url("postgres"), "SELECT 1")
    server.start()
    assert query(server.url("postgres"), "SELECT 1") == 1


def test_a_process_number_left_by_a_crash_of_the_machine_is_no_server(server: Server) -> None:
    server.stop()
    with stranger() as pid:
        (server.data / "postmaster.pid").write_text(f"{pid}\n{server.data}\n")
        assert not server.is_running()
        server.start()
    assert query(server.url("postgres"), "SELECT 1") == 1


def test_kept_data_outlives_the_server_and_its_port_moves_when_taken(place: Path) -> None:
    cluster = place / "cluster"
    with running(cluster, throwaway=False) as before:
        query(before.url("postgres"), "CREATE TABLE kept AS SELECT 42 AS answer")
        assert query(before.url("postgres"), "SHOW fsync") == "on"
    assert until(lambda: not (cluster / "data" / "postmaster.pid").exists())
    with socket.create_server(("127.0.0.1", before.port)), running(cluster, throwaway=False) as now:
        assert now.port != before.port
        assert query(now.url("postgres"), "SELECT answer FROM kept") == 42


def test_why_a_server_does_not_start_is_told(place: Path) -> None:
    data = place / "cluster" / "data"
    data.mkdir(parents=True, mode=0o700)
    (data / "PG_VERSION").write_text(f"{installation.find().major}\n")
    account.give(data)
    with (
        pytest.raises(PostgresError, match=r"does not start in .*postgresql\.conf"),
        running(place / "cluster", throwaway=False),
    ):
        pass


@contextmanager
def stranger() -> Iterator[int]:
    """A process of the account that runs the servers, but not a server."""
    owner = account._account()
    with subprocess.Popen(["/bin/sleep", "60"], user=owner.pw_uid if owner else None) as process:
        try:
            yield process.pid
        finally:
            process.kill()
