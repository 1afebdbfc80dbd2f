"""The service in a process of its own, called over a real socket."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any, cast

import httpx

from tests.support import measuring
from tests.support.forking import Fork, Program
from tests.support.settings import PATIENT as OF_DATABASE

PROJECT = Path(__file__).parent.parent.parent
APPLICATION = "tests.chassis.application:create_app"
SERVICE = "app.main:create_app"
WITH_FACTORY = """
import sys
from chassis.cli import main
from chassis.cli.service import Service

main(Service(sys.argv.pop(1)))
"""
KEPT = (
    "PATH",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONPYCACHEPREFIX",
)
ADDRESS = re.compile(r"Uvicorn running on (http://\S+:\d+|unix socket /\S+)")
UNIX_SOCKET = "unix socket "
STARTED = "Application startup complete"
PATIENCE = 90.0
PATIENT = {
    "SERVER_REQUEST_TIMEOUT": "120",
    **{f"DATABASE_{name.upper()}": str(seconds) for name, seconds in OF_DATABASE.items()},
}

Process = subprocess.Popen[str] | Fork


class Served:
    """A running service, what it prints, and how it ends."""

    url = ""

    def __init__(self, process: Process) -> None:
        self.process = process
        self._lines: list[str] = []
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def get(self, path: str, **options: Any) -> httpx.Response:
        with client_at(self.url) as client:
            return client.get(path, timeout=PATIENCE, **options)

    def log(self) -> str:
        """Everything printed so far; complete after `stop` and after the block."""
        return "".join(self._lines)

    def lines(self, event: str) -> list[dict[str, Any]]:
        """The lines of one event, of a log in JSON."""
        lines = [json.loads(line) for line in self.log().splitlines()]
        return [line for line in lines if line["event"] == event]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; returns the exit status."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        status = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        assert not self._reader.is_alive(), "some worker outlived the service"
        return status

    def _read(self) -> None:
        assert self.process.stdout is not None
        self._lines.extend(self.process.stdout)


@contextmanager
def serving(
    factory: str = APPLICATION,
    *,
    env: dict[str, str],
    forked: bool = True,
    measured: bool = False,
    pass_fds: Sequence[int] = (),
    **options: object,
) -> Iterator[Served]:
    """Run `python -m app serve`, with `options` as its flags, until the block ends.

    The service sees no environment but `env`, and no `.env`. `factory` is the application to serve:
    the chassis's, SERVICE, or one of a test. Without a `port` it takes a free one, and tells which
    in its log; with None for it, the one that the settings say. It stops without a drain unless
    `env` asks for one.
    The block begins when all `workers` have started. A single process is a fork (see forking.py)
    unless it shall not be `forked`; one with workers, reload or descriptors to pass on (`pass_fds`)
    starts as in production, and its coverage counts only if it is `measured`.
    """
    given = {"port": 0} | options
    flags = [
        f"--{name}" if value is True else f"--{name}={value}"
        for name, value in given.items()
        if value is not None
    ]
    # Tests count connections, wait for the end of a service often, and run on busy machines.
    env = {"DATABASE_WARM_UP": "0", "SERVER_DRAIN_SECONDS": "0", **PATIENT} | env
    workers = cast("int", given.get("workers", 1))
    single = workers == 1 and not given.get("reload")
    alike = forked and single and not pass_fds
    begin = fork if alike else partial(interpret, measured=measured, pass_fds=pass_fds)
    with begin(factory, "serve", *flags, env=env) as process:
        served = Served(process)
        try:
            _wait_until_live(served, workers)
            yield served
        finally:
            with suppress(ProcessLookupError):
                process.terminate()
            served.wait()


def interpret(
    factory: str,
    *arguments: str,
    env: dict[str, str],
    measured: bool = False,
    pass_fds: Sequence[int] = (),
    stderr: int = subprocess.STDOUT,
) -> AbstractContextManager["subprocess.Popen[str]"]:
    """Run `python -m app` with these arguments, as in production: in a new interpreter."""
    program = ["-m", "app"] if factory == SERVICE else ["-c", WITH_FACTORY, factory]
    options: dict[str, Any] = {"measured": measured, "pass_fds": pass_fds, "stderr": stderr}
    return start(*program, *arguments, env=env, **options)


@contextmanager
def start(
    *arguments: str,
    env: dict[str, str],
    measured: bool = False,
    pass_fds: Sequence[int] = (),
    stderr: int = subprocess.STDOUT,
) -> Iterator["subprocess.Popen[str]"]:
    """Run Python in an empty directory; what still runs at the end of the block is killed.

    What it prints is read as one, unless `stderr` is to be read apart.
    """
    with (
        tempfile.TemporaryDirectory() as directory,
        subprocess.Popen(
            [sys.executable, *arguments],
            cwd=directory,
            env=_environment(env, measured=measured),
            encoding="utf-8",
            stdout=subprocess.PIPE,
            stderr=stderr,
            start_new_session=True,
            pass_fds=pass_fds,
        ) as process,
        _killed(process),
    ):
        yield process


@contextmanager
def fork(factory: str, *arguments: str, env: dict[str, str]) -> Iterator[Fork]:
    """Do the same with what `python -m app` does with these arguments: see forking.py."""
    with (
        tempfile.TemporaryDirectory() as directory,
        Fork(Program(factory, arguments, _environment(env, measured=True), directory)) as process,
        _killed(process),
    ):
        yield process


def client_at(url: str) -> httpx.Client:
    """Of a service, by its address in the log; that may be a Unix socket."""
    if not url.startswith(UNIX_SOCKET):
        return httpx.Client(base_url=url)
    transport = httpx.HTTPTransport(uds=url.removeprefix(UNIX_SOCKET))
    return httpx.Client(base_url="http://service", transport=transport)


def _environment(env: dict[str, str], *, measured: bool) -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    kept |= measuring.measured() if measured else {}
    return kept | {"PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "1"} | env


@contextmanager
def _killed(process: Process) -> Iterator[None]:
    """At the end of the block, with all its group."""
    try:
        yield
    finally:
        for kill, number in ((os.killpg, process.pid), (os.kill, process.pid)):
            with suppress(ProcessLookupError):
                kill(number, signal.SIGKILL)


def until(condition: Callable[[], object], *, seconds: float = PATIENCE) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _wait_until_live(served: Served, workers: int) -> None:
    assert until(lambda: ADDRESS.search(served.log()) or _ended(served)), served.log()
    found = ADDRESS.search(served.log())
    assert found is not None, served.log()
    served.url = found[1]
    assert until(lambda: _is_live(served.url) or _ended(served)), served.log()
    if workers > 1:  # who is live is only one of them
        assert until(lambda: served.log().count(STARTED) >= workers), served.log()
    assert not _ended(served), served.log()


def _is_live(url: str) -> bool:
    if url.startswith(UNIX_SOCKET) and not _listens(url.removeprefix(UNIX_SOCKET)):
        return False
    try:
        with client_at(url) as client:
            return client.get("/health/live").is_success
    except httpx.TransportError:
        return False


def _listens(path: str) -> bool:
    """Asked first: httpx leaves a socket open that it cannot connect."""
    with socket.socket(socket.AF_UNIX) as asking:
        return asking.connect_ex(path) == 0


def _ended(served: Served) -> bool:
    return served.process.poll() is not None
