"""Where a file comes from and goes to: a path, or the standard streams."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def opened(path: Path | None) -> Iterator[BinaryIO]:
    """For reading; None is standard input."""
    if path is None:
        yield sys.stdin.buffer
        return
    with path.open("rb") as file:
        yield file


def size(path: Path | None) -> int | None:
    """In bytes, where it is known beforehand: not of a pipe."""
    return path.stat().st_size if path and path.is_file() else None


@contextmanager
def created(path: Path | None) -> Iterator[BinaryIO]:
    """For writing; None is standard output.

    The file has another name until it is complete, and is removed when it will not be: what bears
    the name is whole. One that was there before stays until then.
    """
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = path.resolve()  # a link stays a link
    if path.exists() and not path.is_file():  # a pipe or a device cannot be replaced
        with path.open("wb") as file:
            yield file
        return
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
