"""The client: requests over keep-alive connections, each sent when the one before is answered."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

NUMBERS = count(1)
"""For bodies that must not repeat, in the whole run."""


@dataclass(frozen=True)
class Ask:
    """What to send; `body` makes one for each request, of a number that never comes again."""

    path: str
    method: str = "GET"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Callable[[int], bytes] | None = None

    def encode(self) -> bytes:
        body = b"" if self.body is None else self.body(next(NUMBERS))
        headers = {"Host": "localhost", "Content-Length": str(len(body)), **self.headers}
        if body:
            headers["Content-Type"] = "application/json"
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"{self.method} {self.path} HTTP/1.1\r\n{lines}\r\n".encode() + body


async def send(port: int, ask: Ask, requests: int, connections: int = 16) -> list[float]:
    """Seconds that each answer took; raises RuntimeError for a status that was not expected."""
    encoded = iter([ask.encode() for _ in range(requests)])
    seconds: list[float] = []
    await asyncio.gather(*(_connection(port, ask, encoded, seconds) for _ in range(connections)))
    return seconds


async def _connection(port: int, ask: Ask, requests: Iterator[bytes], seconds: list[float]) -> None:
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()
    transport, _ = await loop.create_connection(
        lambda: _Client(ask.status, requests, seconds, done), "127.0.0.1", port
    )
    try:
        await done
    finally:
        transport.close()


class _Client(asyncio.Protocol):
    """Cheaper than a stream, so that the server is what is measured."""

    def __init__(
        self,
        status: int,
        requests: Iterator[bytes],
        seconds: list[float],
        done: "asyncio.Future[None]",
    ) -> None:
        self.expected = f"HTTP/1.1 {status}".encode()
        self.requests, self.seconds, self.done = requests, seconds, done
        self.answer = b""
        self.sent = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self.answer += data
        if not is_complete(self.answer):
            return
        self.seconds.append(time.perf_counter() - self.sent)
        if self.answer.startswith(self.expected):
            self._next()
        else:
            self._end(self.answer.decode(errors="replace"))

    def connection_lost(self, error: Exception | None) -> None:
        self._end(f"the server closed the connection: {error}")

    def _next(self) -> None:
        self.answer, self.sent = b"", time.perf_counter()
        request = next(self.requests, None)
        if request is None:
            self._end()
        else:
            self.transport.write(request)

    def _end(self, problem: str = "") -> None:
        if not self.done.done():
            if problem:
                self.done.set_exception(RuntimeError(problem))
            else:
                self.done.set_result(None)
        self.transport.close()


def is_complete(answer: bytes) -> bool:
    head, end, body = answer.partition(b"\r\n\r\n")
    head = head.lower()
    if b"transfer-encoding: chunked" in head:
        return body.endswith(b"\r\n0\r\n\r\n")
    length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
    return bool(end) and len(body) >= int(length or 0)
