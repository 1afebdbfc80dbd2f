"""Sockets are bound at once, and what cannot be one is told in a sentence."""

import asyncio
import errno
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from fastapi import FastAPI

from chassis.settings.places import address_of
from chassis.web.serving.listening import CannotListenError, Listener, at_descriptor, at_host
from chassis.web.serving.server import ServiceConfig, SingleServer
from chassis.web.serving.unix_socket import at_path


@pytest.fixture
def place() -> Iterator[Path]:
    with TemporaryDirectory() as directory:
        yield Path(directory) / "service.sock"


def families(listener: Listener) -> set[socket.AddressFamily]:
    found = {each.family for each in listener.sockets}
    ports = {each.getsockname()[1] for each in listener.sockets}
    listener.close()
    assert len(ports) == 1
    return found


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> str:
    """A host of two addresses, as `localhost` is on most machines."""
    found = [
        (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", 0, 0, 0)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [*found, *found])
    return "both.example"


def test_all_addresses_of_a_host_have_one_port(both: str) -> None:
    assert families(at_host(both, 0)) == {socket.AF_INET, socket.AF_INET6}


async def test_no_answer_waits_until_the_client_has_confirmed_the_one_before() -> None:
    """Head and body are written apart, so asyncio must have switched off Nagle's algorithm."""
    accepted = asyncio.Queue[asyncio.StreamWriter]()

    def accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted.put_nowait(writer)

    listener = at_host("127.0.0.1", 0)
    async with await asyncio.start_server(accept, sock=listener.sockets[0]):
        port = listener.sockets[0].getsockname()[1]
        _, client = await asyncio.open_connection("127.0.0.1", port)
        server = await accepted.get()
        of_server = server.get_extra_info("socket")
        assert of_server.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        for each in (client, server):
            each.close()
            await each.wait_closed()


def test_no_host_is_every_address() -> None:
    assert families(at_host("", 0)) == {socket.AF_INET, socket.AF_INET6}


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("::1", "http://[::1]:80"),
        ("shop.example", "http://shop.example:80"),
        ("::", "http://localhost:80"),
        ("0.0.0.0", "http://localhost:80"),  # noqa: S104
        ("", "http://localhost:80"),
    ],
)
def test_an_address_can_be_clicked(host: str, address: str) -> None:
    assert address_of(host, 80) == address


def test_that_it_is_open_to_others_is_told() -> None:
    listener = at_host("0.0.0.0", 0)  # noqa: S104
    listener.close()

    assert listener.told.endswith(", on every address of this machine")


@pytest.mark.parametrize("host", ["::", "::1", "127.0.0.1", "localhost"])
def test_who_listens_already_is_found_in_either_family(host: str) -> None:
    listener = at_host(host, 0)
    for each in listener.sockets:
        each.listen()
    port = listener.sockets[0].getsockname()[1]

    with pytest.raises(CannotListenError, match="something else listens there"):
        at_host("::", port)
    listener.close()


@pytest.fixture
def late() -> Iterator[Listener]:
    """Bound first, but another listens already."""
    late = at_host("127.0.0.1", 0)
    first = at_host("127.0.0.1", late.sockets[0].getsockname()[1])
    first.listen()
    yield late
    first.close()
    late.close()


def test_who_listens_first_of_two_that_are_bound_has_the_port(late: Listener) -> None:
    with pytest.raises(CannotListenError, match=r"^Cannot listen on .*127.*: something else"):
        late.listen()


def test_a_server_that_is_late_says_so_and_closes_what_it_has_opened(late: Listener) -> None:
    """Left to itself it would run, and nobody would be served."""
    seen: list[str] = []

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        seen.append("opened")
        yield
        seen.append("closed")

    config = ServiceConfig(FastAPI(lifespan=lifespan), is_local=False, log_config=None)
    with pytest.raises(CannotListenError, match="something else listens there"):
        SingleServer(config, late).run(late.sockets)
    assert seen == ["opened", "closed"]


class NoIPv6(socket.socket):
    """As on a machine without it."""

    def bind(self, address: Any) -> None:
        if self.family == socket.AF_INET6:
            raise OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address")
        super().bind(address)


def test_a_host_is_listened_to_as_far_as_the_machine_has_its_addresses(
    both: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "socket", NoIPv6)

    assert families(at_host(both, 0)) == {socket.AF_INET}


def test_a_host_of_which_it_has_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", NoIPv6)

    with pytest.raises(CannotListenError, match=r"\[::1\]:0: this machine has no such address"):
        at_host("::1", 0)


def test_a_descriptor_has_to_be_one_of_streams(place: Path) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as given:
        with pytest.raises(CannotListenError, match="it is no stream socket"):
            at_descriptor(given.fileno())
        assert given.getsockname()  # and is left open
    place.touch()
    with place.open() as file, pytest.raises(CannotListenError, match="it is no socket"):
        at_descriptor(file.fileno())


def test_a_file_in_the_place_of_a_socket_is_kept(place: Path) -> None:
    place.touch()

    with pytest.raises(CannotListenError, match="there is a file that is no socket"):
        at_path(place)
    assert place.exists()


def test_a_socket_that_somebody_listens_to_is_kept(place: Path) -> None:
    listener = at_path(place)
    listener.sockets[0].listen()

    with pytest.raises(CannotListenError, match="something else listens there"):
        at_path(place)
    assert place.exists()
    listener.close()
    assert not place.exists()


def test_a_socket_that_another_has_put_there_since_is_kept(place: Path) -> None:
    listener = at_path(place)
    kept = place.with_name("kept")  # so that its number is not used again
    place.rename(kept)
    other = at_path(place)

    listener.close()

    assert place.exists()
    other.close()
    other.close()  # what is gone already is no fault
    assert not place.exists()


def test_of_two_addresses_the_free_one_is_let_go_when_the_other_is_taken(both: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(CannotListenError, match="something else listens there"):
            at_host(both, port)
        with socket.create_server(("::1", port), family=socket.AF_INET6):
            pass  # nobody holds it


@pytest.mark.parametrize("path", ["/no/such/directory/x", "x" * 200])
def test_where_no_socket_can_be_is_told(path: str) -> None:
    with pytest.raises(CannotListenError, match=r"^Cannot listen on /"):
        at_path(Path(path))
    assert not os.path.lexists(path)
