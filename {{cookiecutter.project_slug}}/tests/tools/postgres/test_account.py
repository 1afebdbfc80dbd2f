"""Root starts no server as root: an account takes its place, and has to reach all it needs."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

import asyncpg
import pytest

from tests.support.serving import until
from tests.tools.postgres.observing import query
from tests.tools.postgres.starting import USER, read_port
from tools.postgres import PostgresError, account, running

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to change accounts")


def test_a_directory_closed_to_the_servers_account_is_replaced(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with running(tmp_path / "cluster", throwaway=True) as server:
        assert server.directory.parent == account.SHARED
        assert query(server.url("postgres"), "SELECT 1") == 1
    assert until(lambda: not server.directory.exists())
    assert tmp_path.stat().st_mode & 0o777 == 0o700


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


def test_what_a_stranger_put_in_the_way_is_refused(
    tmp_path: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setattr(account, "SHARED", place)
    (place / "wheel-1").mkdir()
    os.chown(place / "wheel-1", pwd.getpwnam("nobody").pw_uid, -1)
    with pytest.raises(PostgresError, match="should belong to root"):
        account.readable(tmp_path, "wheel-1")


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
