"""Directories for servers, which are gone at the end together with what runs in them."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.serving import until
from tests.tools.postgres.observing import postmaster


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


def is_removed(directory: Path) -> bool:
    """Remove it; a supervisor that still removes its own part of it may be in the way."""
    shutil.rmtree(directory, ignore_errors=True)
    return not directory.exists()
