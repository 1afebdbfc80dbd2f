"""A client of WebSockets, and what a running service says of them: see `serving.py`."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from socket import create_connection, socket
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.http11 import Response
from websockets.sync.client import ClientConnection, connect

from tests.support.serving import PATIENCE, Served, serving, until

SOCKETS = "tests.chassis.served_sockets:create_app"
_numbers = count()


@dataclass
class Talk:
    """With a service; each call is known in its log by an ID of its own."""

    served: Served
    request_id: str = ""

    @contextmanager
    def open(self, path: str, **headers: str) -> Iterator[ClientConnection]:
        self.request_id = f"call-{next(_numbers)}"
        address = f"{self.served.url.replace('http', 'ws', 1)}{path}"
        given = {"X-Request-ID": self.request_id, **headers}
        with connect(
            address, additional_headers=given, open_timeout=PATIENCE, close_timeout=PATIENCE
        ) as opened:
            yield opened

    def refused(self, path: str, **headers: str) -> Response:
        """The answer to a handshake that is not accepted."""
        with pytest.raises(InvalidStatus) as refused, self.open(path, **headers):
            pytest.fail("it was accepted")
        return refused.value.response

    def closed(self, path: str) -> tuple[int, str]:
        """Code and reason with which the service closes."""
        with self.open(path) as opened:
            return end_of(opened)

    def line(self, event: str = "websocket") -> dict[str, Any]:
        """The one line of the latest call."""
        assert until(lambda: self.lines(event)), self.served.log()
        (line,) = self.lines(event)
        return line

    def lines(self, event: str) -> list[dict[str, Any]]:
        return [it for it in self.served.lines(event) if it.get("request_id") == self.request_id]


def end_of(opened: ClientConnection) -> tuple[int, str]:
    try:
        while True:
            opened.recv(PATIENCE)
    except ConnectionClosed as error:
        return (error.rcvd.code, error.rcvd.reason) if error.rcvd else (1006, "")


def problem(response: Response) -> dict[str, Any]:
    assert response.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = json.loads(response.body)
    assert found["status"] == response.status_code
    return found


@contextmanager
def talking(**env: str) -> Iterator[Talk]:
    with serving(SOCKETS, env={"LOG_FORMAT": "json"} | env) as served:
        yield Talk(served)


HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: shop.example\r\nX-Request-ID: {request_id}\r\n"
    "Connection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


@contextmanager
def handshake_alone(talk: Talk, path: str) -> Iterator[socket]:
    """Sent, without waiting for an answer."""
    talk.request_id = f"call-{next(_numbers)}"
    address = urlsplit(talk.served.url)
    with create_connection((address.hostname, address.port), PATIENCE) as raw:
        raw.sendall(HANDSHAKE.format(path=path, request_id=talk.request_id).encode())
        yield raw
