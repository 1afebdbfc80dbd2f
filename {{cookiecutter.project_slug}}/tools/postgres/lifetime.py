"""How long a server lives: as long as somebody holds the shared lock on its `users.lock`.

The supervisor waits for that lock alone, so crashed and killed users count as gone.
"""

import fcntl
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.postgres import account, installation, locks
from tools.postgres.errors import PostgresError
from tools.postgres.server import Server

PROJECT = Path(__file__).parents[2]
ATTEMPTS = 20
IN_USE = "The development database is in use: stop what runs on it, such as `make dev`."


def default_directory() -> Path:
    return PROJECT / ".postgres"


@contextmanager
def running(directory: Path, *, throwaway: bool, wheel_only: bool = False) -> Iterator[Server]:
    """A server in this directory, shared with everybody who asks for the same directory.

    When the last one is gone it stops; a throw-away one also loses its directory.
    """
    users, server = attach(directory, throwaway=throwaway, wheel_only=wheel_only)
    try:
        yield server
    finally:
        os.close(users)


def attach(directory: Path, *, throwaway: bool, wheel_only: bool = False) -> tuple[int, Server]:
    """As `running`, for as long as the returned descriptor is open in any process."""
    directory = account.reachable(directory.absolute())
    users = _join(directory)
    try:
        return users, _find_or_start(directory, throwaway=throwaway, wheel_only=wheel_only)
    except BaseException:
        os.close(users)
        raise


def remove(directory: Path) -> None:
    """Delete the server of this directory, with its data. Raises PostgresError while it is used."""
    directory = account.reachable(directory.absolute())
    if not directory.is_dir():
        return
    if _has_users(directory):
        raise PostgresError(IN_USE)
    # Its last user may have gone just now: waits until it has stopped.
    os.close(locks.acquire(directory / "supervisor.lock", fcntl.LOCK_EX))
    try:
        users = locks.acquire(directory / "users.lock", fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:  # somebody came meanwhile
        raise PostgresError(IN_USE) from None
    shutil.rmtree(directory)
    os.close(users)


def _has_users(directory: Path) -> bool:
    """They share the lock; a supervisor that stops the server does not."""
    users = directory / "users.lock"
    if not locks.is_held(users):
        return False
    try:
        os.close(locks.acquire(users, fcntl.LOCK_SH | fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


def _join(directory: Path) -> int:
    for _ in range(ATTEMPTS):
        try:
            if not directory.is_dir():
                directory.mkdir(parents=True)
                directory.chmod(0o711)  # whatever our umask: the server's account passes through
            return locks.acquire(directory / "users.lock", fcntl.LOCK_SH)
        except (FileExistsError, FileNotFoundError):  # others make and delete it meanwhile
            continue
    message = f"{directory} cannot be made: check what is in its place."
    raise PostgresError(message)


def _find_or_start(directory: Path, *, throwaway: bool, wheel_only: bool) -> Server:
    start = locks.acquire(directory / "start.lock", fcntl.LOCK_EX)
    try:
        if locks.is_held(directory / "supervisor.lock"):
            Server.load(directory).start()  # it may have crashed since
        else:
            _plan(directory, throwaway=throwaway, wheel_only=wheel_only).save()
            _supervise(directory, start)
        return Server.load(directory)
    finally:
        os.close(start)


def _plan(directory: Path, *, throwaway: bool, wheel_only: bool) -> Server:
    """What the supervisor shall start, or take over if its predecessor was killed."""
    try:
        last = Server.load(directory)
    except FileNotFoundError:
        last = None
    if last and last.is_running():
        return last
    kept = None if throwaway else directory / "data"
    found = installation.find(kept, wheel_only=wheel_only)
    return Server(
        source=str(found),
        bindir=found.bindir,
        directory=directory,
        throwaway=throwaway,
        port=last.port if last else 0,
        password=last.password if last else secrets.token_urlsafe(),
    )


def _supervise(directory: Path, start: int) -> None:
    """Run the supervisor until it has started the server and gone into the background.

    It is in a session of its own, out of reach of Ctrl-C, and shares our start.lock: if we are
    killed now, it still finishes before anybody else begins.
    """
    log = directory / "supervisor.log"
    # -S and -E: without packages and variables that would measure or change it; -B: no caches.
    command = [sys.executable, "-ESB", "-m", "tools.postgres.supervisor", str(directory)]
    with (
        log.open("w") as output,
        subprocess.Popen(
            [*command, str(start)],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            pass_fds=[start],
        ) as process,
    ):
        status = process.wait()
    if status != 0:
        raise PostgresError(log.read_text().strip())
