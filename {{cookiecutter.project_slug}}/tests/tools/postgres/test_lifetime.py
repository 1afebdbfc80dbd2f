"""A server is shared and ends with its last user, whoever is killed meanwhile."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.serving import PROJECT, until
from tests.tools.postgres.observing import alive, postmaster, query
from tests.tools.postgres.starting import USER, read_port
from tools.postgres import locks, running


@pytest.fixture
def start_user() -> Iterator[Callable[[Path], subprocess.Popen[str]]]:
    """Starts another process that uses the throw-away cluster until its stdin is closed."""
    users: list[subprocess.Popen[str]] = []

    def start(directory: Path) -> subprocess.Popen[str]:
        users.append(
            subprocess.Popen(
                [sys.executable, "-B", "-c", USER, directory],
                cwd=PROJECT,
                text=True,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        )
        return users[-1]

    yield start
    for user in users:
        user.kill()
        user.communicate()


def test_processes_that_start_at_once_share_one_server_until_the_last_is_gone(
    place: Path, start_user: Callable[[Path], subprocess.Popen[str]]
) -> None:
    cluster = place / "cluster"
    users = [start_user(cluster) for _ in range(4)]
    ports = {read_port(user) for user in users}
    assert len(ports) == 1
    server = postmaster(cluster / "data")
    first, *others, last = users
    first.communicate()
    for user in others:
        user.kill()
    assert not until(lambda: not alive(server), seconds=0.3)
    last.kill()
    assert until(lambda: not alive(server))
    assert until(lambda: list(place.iterdir()) == [])


def test_who_comes_while_the_server_stops_gets_a_new_one(place: Path) -> None:
    cluster = place / "cluster"
    with running(cluster, throwaway=True) as old:
        pass
    assert until(lambda: is_ending(cluster))
    with running(cluster, throwaway=True) as new:
        assert new.password != old.password
        assert query(new.url("postgres"), "SELECT 1") == 1


def test_a_user_killed_while_the_server_starts_leaves_nothing_behind(
    place: Path, start_user: Callable[[Path], subprocess.Popen[str]]
) -> None:
    user = start_user(place / "cluster")
    assert until((place / "cluster" / "data.unfinished").exists)
    user.kill()
    assert until(lambda: list(place.iterdir()) == [])


def test_a_server_whose_supervisor_was_killed_is_adopted(place: Path) -> None:
    cluster = place / "cluster"
    with running(cluster, throwaway=True) as server:
        os.kill(supervisor(cluster), signal.SIGKILL)
        assert until(lambda: supervisor(cluster) == 0)
        with running(cluster, throwaway=True) as same:
            assert same == server
    assert until(lambda: list(place.iterdir()) == [])


def test_a_server_that_crashed_is_started_for_the_next_user(place: Path) -> None:
    cluster = place / "cluster"
    with running(cluster, throwaway=True) as server:
        killed = postmaster(server.data)
        os.kill(killed, signal.SIGKILL)
        assert until(lambda: not alive(killed))
        with running(cluster, throwaway=True) as same:
            assert same == server
            assert query(same.url("postgres"), "SELECT 1") == 1


def supervisor(directory: Path) -> int:
    """Its process number, or 0 if there is none."""
    if not Path("/proc/self").exists():
        pytest.skip("needs /proc to find a process")
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (process / "cmdline").read_bytes().split(b"\0")
            if b"tools.postgres.supervisor" in words and os.fsencode(directory) in words:
                return int(process.name)
    return 0


def is_ending(cluster: Path) -> bool:
    """Whether the supervisor has the lock for itself, or has done its work already."""
    try:
        return locks.is_held(cluster / "users.lock")
    except FileNotFoundError:
        return True
