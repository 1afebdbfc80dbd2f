"""`python -m app` without the wait: forked from a process that has imported the service already.

Importing it takes longer than most tests do. In everything else a fork is what a new interpreter
would be: a process with its own environment, directory, output and signals.
"""

import multiprocessing
import os
import signal
import sys
from io import TextIOWrapper
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from typing import NamedTuple, Self, cast

import coverage
from uvicorn.importer import import_from_string

from chassis.cli.service import Service

CONTEXT = multiprocessing.get_context("forkserver")
# Together they import the rest.
IMPORTED = ["chassis.cli", "coverage", "uvicorn.protocols.http.httptools_impl", "uvloop"]


class Program(NamedTuple):
    """What a fork is to do, and in what surroundings."""

    application: str
    """Where its factory is; or, as `module:SERVICE`, all that the command line has to know."""
    arguments: tuple[str, ...]
    env: dict[str, str]
    directory: str


class Fork:
    """A running fork, with as much of `subprocess.Popen` as tests use."""

    def __init__(self, program: Program) -> None:
        _prepare()
        ours, theirs = CONTEXT.Pipe(duplex=False)
        self._process = CONTEXT.Process(target=_become, args=(program, theirs))
        self._process.start()
        theirs.close()
        self.pid = cast("int", self._process.pid)
        self.stdout = os.fdopen(os.dup(ours.fileno()), encoding="utf-8")
        ours.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stdout.close()
        self.wait()

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        assert self.returncode is not None, f"it has not ended in {timeout} s"
        return self.returncode

    def communicate(self) -> tuple[str, None]:
        output = self.stdout.read()
        self.wait()
        return output, None

    def send_signal(self, number: signal.Signals) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


def _prepare() -> None:
    """Start the process to fork from, the first time. What it imports is measured elsewhere."""
    CONTEXT.set_forkserver_preload(IMPORTED)
    forkserver.ensure_running()


def _become(program: Program, output: Connection) -> None:
    # Else the service would take itself for a worker, and these tests for its parent.
    multiprocessing.process._parent_process = None  # type: ignore[attr-defined]
    os.setsid()
    os.chdir(program.directory)
    os.environ.clear()
    os.environ.update(program.env)
    sys.stdout, sys.stderr = _written_to(output, 1), _written_to(output, 2)
    output.close()
    measured = coverage.process_startup()
    try:
        _run(program)
    finally:
        if measured is not None:
            measured.stop()
            measured.save()


def _written_to(output: Connection, number: int) -> TextIOWrapper:
    os.dup2(output.fileno(), number)
    stream = os.fdopen(number, "w", encoding="utf-8", closefd=False)
    stream.reconfigure(write_through=True)
    return stream


def _run(program: Program) -> None:
    from chassis.cli import main  # noqa: PLC0415  a test process has no use for it

    sys.argv = ["app", *program.arguments]
    if program.application.endswith(":SERVICE"):
        main(import_from_string(program.application))
    else:
        main(Service(program.application))
