"""A real PgBouncer in front of a server: few connections to it, lent for one transaction each."""

import fcntl
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.ports import free_port
from tools.postgres import Server, account

SERVER_CONNECTIONS = 3
PATIENCE = 90.0
PROGRAM = "/usr/sbin/pgbouncer"
CONFIGURATION = """
[databases]
* = host=127.0.0.1 port={server_port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {directory}/users
admin_users = postgres
pool_mode = transaction
default_pool_size = {server_connections}
max_client_conn = 500
"""
# Ends when our end of its standard input does, however we end.
SUPERVISED = '"$1" "$2" & read line; kill $!; wait'


@dataclass(frozen=True)
class PgBouncer:
    server: Server
    port: int

    def url(self, database: str) -> str:
        return self.server.url(database).replace(f":{self.server.port}/", f":{self.port}/")


@contextmanager
def pgbouncer_to(server: Server) -> Iterator[PgBouncer]:
    install()
    with tempfile.TemporaryDirectory(prefix="pgbouncer-") as made:
        directory, port = Path(made), free_port()
        configuration = CONFIGURATION.format(
            server_port=server.port,
            port=port,
            directory=directory,
            server_connections=SERVER_CONNECTIONS,
        )
        (directory / "pgbouncer.ini").write_text(configuration)
        (directory / "users").write_text(f'"postgres" "{server.password}"\n')
        for path in (directory, *directory.iterdir()):
            account.give(path)
        with _running(directory / "pgbouncer.ini", port):
            yield PgBouncer(server, port)


def install() -> None:
    """From Debian's package. A machine of CI must be able to; any other may skip, and says so."""
    if _program():
        return
    with (Path(tempfile.gettempdir()) / "install-pgbouncer.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # other workers want it too
        failure = "" if _program() else _apt_get()
    if not _program():
        reason = f"no pgbouncer, and apt-get cannot install it: {failure}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


def _program() -> str | None:
    return shutil.which("pgbouncer") or (PROGRAM if Path(PROGRAM).exists() else None)


def _apt_get() -> str:
    if shutil.which("apt-get") is None:
        return "there is none"
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    apt_get = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    install = ["install", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120"]
    failure = ""
    for arguments in ([*install, "pgbouncer"], ["update"], [*install, "pgbouncer"]):
        done = subprocess.run([*apt_get, *arguments], capture_output=True, text=True, check=False)
        failure = done.stderr.strip()
        if _program():
            break
    return failure


@contextmanager
def _running(configuration: Path, port: int) -> Iterator[None]:
    runs_as = account._account()
    program = _program()
    assert program is not None
    with subprocess.Popen(
        ["/bin/sh", "-c", SUPERVISED, "-", program, str(configuration)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd="/",
        user=runs_as.pw_uid if runs_as else None,
        group=runs_as.pw_gid if runs_as else None,
        extra_groups=[] if runs_as else None,
    ) as process:
        try:
            _wait_for(port, process)
            yield
        finally:
            process.communicate()


def _wait_for(port: int, process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    output, _ = process.communicate()
    pytest.fail(f"pgbouncer does not answer: {output}")
