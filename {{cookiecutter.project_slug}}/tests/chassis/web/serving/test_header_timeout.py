"""A client that does not get to its request is let go; one that is at work is not."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from socket import create_connection, socket
from time import monotonic
from urllib.parse import urlsplit

import pytest

from chassis.cli.serving import server_options
from tests.chassis.talking import SOCKETS, Talk, end_of
from tests.support.serving import PATIENCE, Served, serving
from tests.support.settings import make_settings

TIMEOUT = 1.0
KEEP_ALIVE = 2
EARLY = 0.05
"""Seconds: the clock of the event loop is a coarse one."""
GET = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
HALVES = [b"", b"\r\n", b"GE", GET[:-4], GET[:-2]]
UNREAD = b"POST /health/live HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab"


@pytest.fixture(scope="module")
def served(database_url: str) -> Iterator[Served]:
    env = {
        "DATABASE_URL": database_url,
        "SERVER_HEADER_TIMEOUT": str(TIMEOUT),
        "SERVER_KEEP_ALIVE": str(KEEP_ALIVE),
    }
    with serving(SOCKETS, env=env) as served:
        yield served


def connected(served: Served) -> socket:
    address = urlsplit(served.url)
    return create_connection((address.hostname, address.port), PATIENCE)


def answered(served: Served, request: bytes) -> tuple[socket, bytes]:
    """A connection and what came back; another, where the machine took too long to send."""
    while True:
        raw, received = connected(served), b""
        try:
            raw.sendall(request)
            while b'"}' not in received and (more := raw.recv(65_536)):
                received += more
        except ConnectionError:
            pass
        if received:
            return raw, received
        raw.close()


def is_closed(raw: socket) -> bool:
    """Waits for it, and lets the server say nothing more."""
    try:
        return raw.recv(65_536) == b""
    except ConnectionError:
        return True


def test_who_does_not_send_a_request_is_let_go(served: Served) -> None:
    started = monotonic()
    with ExitStack() as stack:
        waiting = [stack.enter_context(closing(connected(served))) for _ in HALVES]
        for raw, half in zip(waiting, HALVES, strict=True):
            raw.sendall(half)

        assert all(map(is_closed, waiting))
        assert monotonic() - started > TIMEOUT - EARLY


def test_a_byte_now_and_then_buys_no_time(served: Served) -> None:
    with closing(connected(served)) as raw:
        raw.settimeout(TIMEOUT / 10)
        for byte in GET[:-1]:
            try:
                raw.sendall(bytes([byte]))
                assert is_closed(raw)
            except TimeoutError:
                continue
            except ConnectionError:
                pass
            return
    pytest.fail("it was never closed")


@pytest.mark.parametrize("request_", [GET, b"\r\n" + GET])
def test_the_next_request_has_as_much_time(served: Served, request_: bytes) -> None:
    raw, answer = answered(served, request_)
    with closing(raw):
        assert answer.startswith(b"HTTP/1.1 200")
        started = monotonic()
        raw.sendall(GET[:9])

        assert is_closed(raw)
        assert monotonic() - started > TIMEOUT - EARLY


def test_an_idle_connection_is_kept_as_long_as_the_setting_says(served: Served) -> None:
    started = monotonic()
    raw, _ = answered(served, GET)
    with closing(raw):
        assert is_closed(raw)
        assert monotonic() - started > KEEP_ALIVE - EARLY


def test_so_is_one_whose_body_nobody_read(served: Served) -> None:
    """The server itself would keep it for ever: what comes after the answer stops its timer."""
    started = monotonic()
    raw, answer = answered(served, UNREAD)
    with closing(raw):
        assert answer.startswith(b"HTTP/1.1 405")
        raw.sendall(b"cd")

        assert is_closed(raw)
        assert monotonic() - started > KEEP_ALIVE - EARLY


def test_what_takes_its_time_is_not_cut_off(served: Served) -> None:
    raw, answer = answered(served, b"GET /ws/slow?seconds=1.5 HTTP/1.1\r\nHost: x\r\n\r\n")
    with closing(raw):
        assert answer.startswith(b"HTTP/1.1 200")


def test_neither_is_a_websocket(served: Served) -> None:
    started = monotonic()
    with Talk(served).open("/ws/quiet") as opened:
        assert end_of(opened) == (1000, "")
        assert monotonic() - started > TIMEOUT


def test_zero_is_no_limit() -> None:
    settings = make_settings(database={"url": "postgresql://db/shop"}, server={"header_timeout": 0})

    assert server_options(settings.server)["http"] == "httptools"
