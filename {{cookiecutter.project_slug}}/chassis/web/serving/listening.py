"""Where the service listens: bound before anything starts, and refused in one sentence.

The same sockets for one process, for several and under reload. Left to itself, uvicorn has a way
for each, and they differ in what `::` and `localhost` are.
"""

import errno
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chassis.settings.places import WILDCARDS, address_of, in_url

TAKEN = "something else listens there; stop it, or set SERVER_PORT or --port"
REFUSED = {
    errno.EADDRINUSE: TAKEN,
    errno.EBADF: TAKEN,  # uvloop closes a socket that it cannot listen to, and says nothing
    errno.EACCES: "only root may; set SERVER_PORT or --port to 1024 or more",
    errno.EADDRNOTAVAIL: "this machine has no such address; set SERVER_HOST or --host",
    errno.EAFNOSUPPORT: "this machine has no IPv6; set SERVER_HOST or --host",
}
BACKLOG = 2_048
"""Connections that may wait; uvicorn's own default."""
MISSING = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}


class CannotListenError(Exception):
    """The address is taken, not ours to take, or none."""


@dataclass(frozen=True)
class Listener:
    """Sockets that are bound. Until the server listens, who connects is refused."""

    sockets: list[socket.socket]
    told: str
    """Where it is, for a person."""
    at_end: Callable[[], None] = lambda: None

    @property
    def is_local(self) -> bool:
        """Whether only this machine can connect, and no client has an address."""
        return any(each.family == socket.AF_UNIX for each in self.sockets)

    def listen(self) -> None:
        """Raises CannotListenError where another, who had bound the address too, was first."""
        for each in self.sockets:
            try:
                each.listen(BACKLOG)
            except OSError as error:
                message = f"Cannot listen on {self.told}: {_reason(error)}."
                raise CannotListenError(message) from error

    def close(self) -> None:
        for each in self.sockets:
            each.close()
        self.at_end()


def at_host(host: str, port: int) -> Listener:
    """On each address that the host has; `::` is IPv4 as well. Raises CannotListenError."""
    addresses = _addresses(host, port)
    sockets: list[socket.socket] = []
    missing: OSError | None = None
    for family, (address, _, *scope) in addresses:
        # Who leaves the port open gets one, not one of each family.
        chosen = sockets[0].getsockname()[1] if sockets else port
        try:
            place = (address, chosen, *scope)
            sockets.append(_bound(family, place, both_families=len(addresses) == 1))
        except OSError as error:
            if error.errno not in MISSING:
                Listener(sockets, "").close()
                raise _refusal(host, port, error) from error
            missing = error  # as `localhost` is of IPv6 where there is none
    if missing is not None and not sockets:
        raise _refusal(host, port, missing) from missing
    everywhere = ", on every address of this machine" if host in WILDCARDS else ""
    return Listener(sockets, f"{address_of(host, sockets[0].getsockname()[1])}{everywhere}")


def _addresses(host: str, port: int) -> list[tuple[int, Any]]:
    try:
        found = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except socket.gaierror as error:
        message = f"Cannot listen on {host}: there is no such host; set SERVER_HOST or --host."
        raise CannotListenError(message) from error
    return list(dict.fromkeys((family, address) for family, *_, address in found))


def _bound(family: int, place: tuple[Any, ...], *, both_families: bool) -> socket.socket:
    # Named, for asyncio looks at it before it sets TCP_NODELAY: else a body waits for an ACK.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, not both_families)
        bound.bind(place)
    except OSError:
        bound.close()
        raise
    return bound


def _refusal(host: str, port: int, error: OSError) -> CannotListenError:
    return CannotListenError(f"Cannot listen on {in_url(host)}:{port}: {_reason(error)}.")


def _reason(error: OSError) -> str | None:
    return REFUSED.get(error.errno or 0, error.strerror)


def at_descriptor(number: int) -> Listener:
    """A socket that was opened by who started us, such as systemd. Raises CannotListenError."""
    try:
        given = socket.socket(fileno=number)
    except OSError as error:
        message = f"Cannot listen on file descriptor {number}: it is no socket."
        raise CannotListenError(message) from error
    if given.type != socket.SOCK_STREAM:
        given.detach()
        message = f"Cannot listen on file descriptor {number}: it is no stream socket."
        raise CannotListenError(message)
    if given.family == socket.AF_UNIX:
        return Listener([given], f"unix socket {given.getsockname()}")
    return Listener([given], address_of(*given.getsockname()[:2]))
