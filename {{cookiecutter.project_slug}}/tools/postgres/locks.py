"""File locks: the kernel gives them back when their holder ends, even by `kill -9`."""

import fcntl
import os
from pathlib import Path


def acquire(path: Path, how: int) -> int:
    """Lock the file that is at `path` once the lock is ours; return its descriptor.

    While we wait, the holder may delete the file's directory and somebody may make it anew.
    """
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, mode=0o600)
        try:
            fcntl.flock(descriptor, how)
            if is_at(path, descriptor):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def is_held(path: Path) -> bool:
    try:
        os.close(acquire(path, fcntl.LOCK_EX | fcntl.LOCK_NB))
    except BlockingIOError:
        return True
    return False


def is_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
