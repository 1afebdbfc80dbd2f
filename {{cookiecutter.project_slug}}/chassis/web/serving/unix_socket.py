"""A Unix socket to listen on, for a proxy on the same machine; its file goes when the service does.

Who may connect is decided by the directory: the socket itself lets everybody in who gets to it.
"""

import socket
import stat
from contextlib import suppress
from pathlib import Path

from chassis.web.serving.listening import CannotListenError, Listener

EVERYBODY = 0o666
"""As uvicorn has it: the proxy runs as another user."""


def at_path(path: Path) -> Listener:
    """Takes the place of a socket that nobody listens to any more. Raises CannotListenError."""
    path = path.absolute()
    _take_over(path)
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        bound.bind(str(path))
        path.chmod(EVERYBODY)
    except OSError as error:
        bound.close()
        raise _refusal(path, error.strerror or str(error)) from error
    file = path.stat().st_ino

    def remove() -> None:
        with suppress(FileNotFoundError):
            if path.stat().st_ino == file:  # and no other service's by now
                path.unlink()

    return Listener([bound], f"unix socket {path}", remove)


def _take_over(path: Path) -> None:
    try:
        mode = path.stat().st_mode
    except OSError:  # binding tells what is wrong with it
        return
    if not stat.S_ISSOCK(mode):
        raise _refusal(path, "there is a file that is no socket; remove it, or name another")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        try:
            asking.connect(str(path))
        except OSError:
            path.unlink(missing_ok=True)
        else:
            raise _refusal(path, "something else listens there; stop it, or name another")


def _refusal(path: Path, reason: str) -> CannotListenError:
    return CannotListenError(f"Cannot listen on {path}: {reason}.")
