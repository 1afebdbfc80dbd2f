"""`python -m tools.postgres` runs a command with a server, or with the one that is given."""

import os
import re
import signal
from pathlib import Path

import pytest

from tests.support.serving import until
from tests.tools.postgres.observing import alive, postmaster, query
from tests.tools.postgres.starting import command, remove, start_command
from tools.postgres.__main__ import _without_password


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


def test_a_server_is_removed_with_its_data_unless_it_is_used(project: Path) -> None:
    with start_command(project) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            refused = remove(project)
            assert (refused.returncode, refused.stdout) == (1, "")
            assert refused.stderr.startswith("The development database is in use: stop what runs")
            assert query(url, "SELECT 1") == 1
        finally:
            os.killpg(process.pid, signal.SIGINT)
    assert (project / ".postgres" / "data").exists()

    for _ in range(2):  # there may be none
        assert remove(project).returncode == 0
        assert not (project / ".postgres").exists()


@pytest.mark.parametrize("pyproject", [None, "[tool.ruff]\n"])
def test_a_project_without_a_name_is_called_as_its_directory(
    pyproject: str | None, project: Path
) -> None:
    place = project / "Old-Shop"
    place.mkdir()
    (project / "tools").rename(place / "tools")
    if pyproject is not None:
        (place / "pyproject.toml").write_text(pyproject)

    done = command(place, "sh", "-c", "echo $DATABASE_URL")

    assert done.stdout.endswith("/old_shop\n")


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
        ("postgresql://me:secret@a:1,b/orders?target_session_attrs=read-write", "a:1,b/orders"),
        ("postgresql://me:sec/ret@db/orders", "an address that is not a valid URL"),
        ("postgresql://me:sec?ret@db/orders", "an address that is not a valid URL"),
        ("postgresql://me:sec@ret@db/orders", "an address that is not a valid URL"),
        ("host=db password=secret", "an address that is not a valid URL"),
    ],
)
def test_no_part_of_a_password_is_shown(url: str, shown: str) -> None:
    assert _without_password(url) == shown


def test_a_command_that_does_not_exist_is_told(project: Path) -> None:
    done = command(project, "no-such-program", DATABASE_URL="postgresql://x@db.example/orders")
    assert done.returncode == 1
    assert done.stderr.splitlines()[1:] == [
        "no-such-program cannot be run: No such file or directory."
    ]
