"""The process that owns a server: starts it, waits until nobody uses it, stops it.

Started by lifetime.py only: `python -m tools.postgres.supervisor DIRECTORY START_LOCK`.
"""

import fcntl
import os
import shutil
import socket
import sys
from dataclasses import replace
from pathlib import Path

from tools.postgres import account, locks
from tools.postgres.errors import PostgresError
from tools.postgres.server import HOST, Server

SETTINGS = f"""
listen_addresses = '{HOST}'
unix_socket_directories = ''
max_connections = 200
"""
CARELESS_SETTINGS = """
fsync = off
synchronous_commit = off
full_page_writes = off
"""
PORTS_TO_TRY = 5


def main(directory: Path, start_lock: int) -> None:
    server = Server.load(directory)
    users = os.open(directory / "users.lock", os.O_RDWR)
    supervisor = locks.acquire(directory / "supervisor.lock", fcntl.LOCK_EX | fcntl.LOCK_NB)
    if not server.is_running():
        _prepare(server)
        _start(server)
    if os.fork():
        os._exit(0)  # this is what the user waits for
    os.close(start_lock)
    fcntl.flock(users, fcntl.LOCK_EX)  # waits until no user is left
    if locks.is_at(directory / "users.lock", users):  # else somebody deleted it, data and all
        _end(server)
    # In this order: who waits for `users` must not believe that we still watch over a server.
    os.close(supervisor)
    os.close(users)


def _prepare(server: Server) -> None:
    if server.throwaway:
        # Left by a crash of the machine, and written without care for one.
        shutil.rmtree(server.data, ignore_errors=True)
    if not server.data.exists():
        _initialise(server)


def _initialise(server: Server) -> None:
    """Make the data directory elsewhere, then rename it: half of one is never mistaken for it."""
    unfinished = server.directory / "data.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    account.give(unfinished)
    password = server.directory / "initdb.password"
    password.touch(mode=0o600)
    password.write_text(server.password)
    account.give(password)
    done = account.run(
        server.bindir / "initdb",
        *("--pgdata", unfinished, "--username=postgres", "--pwfile", password),
        *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", f"--lc-ctype={_ctype()}"),
        *(["--no-sync"] if server.throwaway else []),
    )
    password.unlink()
    if done.returncode != 0:
        message = f"initdb of {server.source} failed: {done.stderr.strip()}"
        raise PostgresError(message)
    with (unfinished / "postgresql.conf").open("a") as configuration:
        configuration.write(SETTINGS + (CARELESS_SETTINGS if server.throwaway else ""))
    unfinished.rename(server.data)


def _ctype() -> str:
    """Letters beyond ASCII have upper and lower case, as in production; each has its own name."""
    return "UTF-8" if sys.platform == "darwin" else "C.UTF-8"


def _start(server: Server) -> None:
    """Prefer the last port: what is configured in other programs stays right."""
    for attempt in range(PORTS_TO_TRY):
        port = server.port if server.port and attempt == 0 else _free_port()
        chosen = replace(server, port=port)
        chosen.save()
        try:
            chosen.start()
        except PostgresError as error:
            if "Address already in use" not in str(error) or attempt == PORTS_TO_TRY - 1:
                raise
        else:
            return


def _free_port() -> int:
    with socket.socket() as candidate:
        candidate.bind((HOST, 0))
        port: int = candidate.getsockname()[1]
        return port


def _end(server: Server) -> None:
    server.stop("immediate" if server.throwaway else "fast")
    if server.throwaway:
        # Renamed first: somebody who comes now makes a new directory, not new files in this one.
        gone = server.directory.with_name(f"{server.directory.name}.{os.getpid()}.gone")
        server.directory.rename(gone)
        shutil.rmtree(gone)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), int(sys.argv[2]))
    except (PostgresError, OSError) as error:
        sys.exit(str(error))
