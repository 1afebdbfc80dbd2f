"""Whether the address to listen on is free: asked first, and told in one sentence."""

import errno
import socket
from contextlib import suppress

REFUSED = {
    errno.EADDRINUSE: "something else listens there; stop it, or set SERVER_PORT or --port",
    errno.EACCES: "only root may; set SERVER_PORT or --port to 1024 or more",
}


class CannotListenError(Exception):
    """The address is taken, or not ours to take."""


def refuse_taken(host: str, port: int) -> None:
    """Raises CannotListenError. What else may be wrong with an address, the server tells."""
    with suppress(socket.gaierror):
        for family, kind, protocol, _, address in socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        ):
            with socket.socket(family, kind, protocol) as trial:
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                _bind(trial, address)


def _bind(trial: socket.socket, address: tuple[object, ...]) -> None:
    try:
        trial.bind(address)
    except OSError as error:
        if reason := REFUSED.get(error.errno or 0):
            message = f"Cannot listen on {address[0]}:{address[1]}: {reason}."
            raise CannotListenError(message) from error
