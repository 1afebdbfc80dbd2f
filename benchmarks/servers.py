"""Servers in processes of their own: started, measured from outside, stopped."""

import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

SUBJECTS = Path(__file__).parent / "subjects"
Command = tuple[str | Path, ...]
PATIENCE = 60.0
POLL = 0.005
PRODUCTION = {"ENVIRONMENT": "production", "SERVER_DRAIN_SECONDS": "0"}


@dataclass(frozen=True)
class Server:
    port: int
    process: psutil.Process
    start: float
    """Seconds from the start of the process to the first answer."""

    def cpu(self) -> float:
        """Seconds of user and system time so far, of all its processes."""
        return sum(_seconds_on_a_core(each) for each in self._processes())

    def memory(self) -> float:
        """MiB of resident memory, of all its processes."""
        return float(sum(each.memory_info().rss for each in self._processes()) / 1024**2)

    def _processes(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]


@dataclass(frozen=True)
class Program:
    """Something that serves HTTP, on the port that is appended to the command."""

    command: Command
    cwd: Path
    env: tuple[tuple[str, str], ...] = ()
    ready: str = "/health/live"
    """What answers with 200 once it has started."""

    @contextmanager
    def running(self) -> Iterator[Server]:
        """Logs go to a file, as in production."""
        port = _free_port()
        with tempfile.TemporaryFile() as log:
            started = time.perf_counter()
            process = subprocess.Popen(
                [*self.command, str(port)],
                cwd=self.cwd,
                env=os.environ | dict(self.env),
                stdout=log,
                stderr=log,
            )
            try:
                if not _answers(process, port, self.ready):
                    log.seek(0)
                    sys.exit(f"{self.command} does not start:\n{log.read().decode()}")
                yield Server(port, psutil.Process(process.pid), time.perf_counter() - started)
            finally:
                process.terminate()
                process.wait(PATIENCE)


def subject(python: Path, name: str, ready: str = "/health/live") -> Program:
    """One of the modules in `benchmarks/subjects`, served by uvicorn."""
    quiet = ("--no-access-log", "--log-level", "warning")
    uvicorn: Command = (python, "-m", "uvicorn", f"{name}:app")
    return Program((*uvicorn, *quiet, "--port"), SUBJECTS, ready=ready)


def baked(service: Path, python: Path, *flags: str, **settings: str) -> Program:
    """The service as it ships, with production's settings."""
    command: Command = (python, "-m", "app", "serve", *flags, "--port")
    env = tuple((PRODUCTION | settings).items())
    return Program(command, service, env, ready="/health/ready")


def _seconds_on_a_core(process: psutil.Process) -> float:
    """Linux counts in nanoseconds, for each thread; elsewhere it is hundredths of a second."""
    threads = list(Path(f"/proc/{process.pid}/task").glob("*/schedstat"))
    if not threads:
        times = process.cpu_times()
        return float(times.user + times.system)
    return sum(map(_nanoseconds, threads)) / 1e9


def _nanoseconds(thread: Path) -> int:
    """Zero of one that has just ended; it is counted no more."""
    try:
        return int(thread.read_text().split()[0])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(process: "subprocess.Popen[bytes]", port: int, path: str) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path)
            if connection.getresponse().status == http.client.OK:
                return True
        except OSError:
            time.sleep(POLL)
        finally:
            connection.close()
    return False
