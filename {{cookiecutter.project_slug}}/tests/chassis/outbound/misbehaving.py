"""A server that does what no server should, one way for each path; on a real socket."""

import asyncio
import gzip
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

JSON = b"Content-Type: application/json\r\n"
MEBIBYTE = 2**20


def answer(status: str, body: bytes = b"{}", headers: bytes = b"") -> bytes:
    length = b"Content-Length: %d\r\n" % len(body)
    return b"HTTP/1.1 " + status.encode() + b"\r\n" + JSON + length + headers + b"\r\n" + body


def bomb(size: int) -> bytes:
    """So many bytes, a thousandth of them on the way."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [packer.compress(bytes(MEBIBYTE)) for _ in range(size // MEBIBYTE)]
    return b"".join([*parts, packer.flush()])


class Misbehaving:
    """What came is counted by path: `counts["POST /drop"]`."""

    def __init__(self) -> None:
        self.url = ""
        self.counts: Counter[str] = Counter()
        self.connections = 0
        """Open now."""
        self.connected = 0
        """Ever."""
        self.heads: list[str] = []
        self.fails: Callable[[int], bool] = lambda _: False
        """Which of the requests to /sometimes, by their number, are answered with 503."""
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.connected += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                while await self._answered(reader, writer):
                    pass
        except asyncio.CancelledError:
            pass  # the test is over, and asyncio would tell of it
        finally:
            self.connections -= 1
            self._tasks.discard(task)
            writer.close()

    def stop(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _answered(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Whether the connection goes on."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.heads.append(head)
        method, target, _ = head.split("\r\n", 1)[0].split(" ")
        length = next((ln for ln in head.split("\r\n") if ln.lower().startswith("content-len")), "")
        await reader.readexactly(int(length.partition(":")[2] or 0))
        path = target.partition("?")[0]
        self.counts[f"{method} {path}"] += 1
        behave = WAYS.get(path)
        if behave is not None:
            return await behave(self, writer)
        writer.write(answer(f"{path.strip('/')} As the path says"))
        await writer.drain()
        return True


Way = Callable[[Misbehaving, asyncio.StreamWriter], Awaitable[bool]]


def sending(*parts: bytes, then_close: bool = False) -> Way:
    async def send(_: Misbehaving, writer: asyncio.StreamWriter) -> bool:
        for part in parts:
            writer.write(part)
        await writer.drain()
        return not then_close

    return send


async def hang(_: Misbehaving, __: asyncio.StreamWriter) -> bool:
    """No answer; what it waits for next is another request, or the end."""
    return True


async def drip(_: Misbehaving, writer: asyncio.StreamWriter) -> bool:
    """A byte now and then, for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while not writer.is_closing():
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)
    return False


async def hints(_: Misbehaving, writer: asyncio.StreamWriter) -> bool:
    """That an answer follows, again and again."""
    while not writer.is_closing():
        writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.02)
    return False


async def endless(_: Misbehaving, writer: asyncio.StreamWriter) -> bool:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"4000\r\n" + bytes(0x4000) + b"\r\n")
        await writer.drain()
    return False


async def once_dropped(server: Misbehaving, writer: asyncio.StreamWriter) -> bool:
    """The first connection breaks before the answer."""
    if server.counts["GET /once-dropped"] == 1:
        return False
    writer.write(answer("200 OK"))
    return True


async def sometimes(server: Misbehaving, writer: asyncio.StreamWriter) -> bool:
    number = sum(count for name, count in server.counts.items() if name.endswith("/sometimes"))
    writer.write(answer("503 Busy" if server.fails(number) else "200 OK"))
    await writer.drain()
    return True


async def once_busy(server: Misbehaving, writer: asyncio.StreamWriter) -> bool:
    first = sum(it for name, it in server.counts.items() if name.endswith("/once-busy")) == 1
    writer.write(answer("503 Busy", headers=b"Retry-After: 0\r\n") if first else answer("200 OK"))
    await writer.drain()
    return True


def redirecting(where: bytes) -> Way:
    return sending(answer("302 Found", headers=b"Location: " + where + b"\r\n"))


PACKED = b"Content-Encoding: gzip\r\n"
WAYS: dict[str, Way] = {
    "/hang": hang,
    "/drip": drip,
    "/hints": hints,
    "/endless": endless,
    "/once-dropped": once_dropped,
    "/once-busy": once_busy,
    "/sometimes": sometimes,
    "/drop": sending(then_close=True),
    "/cut": sending(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", then_close=True),
    "/close": sending(answer("200 OK"), then_close=True),
    "/not-http": sending(b"SSH-2.0-hunter2\r\n\r\n", then_close=True),
    "/not-chunked": sending(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhunter2\r\n", then_close=True
    ),
    "/no-length": sending(b"HTTP/1.1 200 OK\r\nContent-Length: hunter2\r\n\r\n", then_close=True),
    "/long-header": sending(b"HTTP/1.1 200 OK\r\nX: %b\r\n\r\n" % (b"x" * 100_000)),
    "/many-headers": sending(b"HTTP/1.1 200 OK\r\n%b\r\n" % (b"X: y\r\n" * 10_000)),
    "/unknown-packing": sending(answer("200 OK", b"hunter2", b"Content-Encoding: br\r\n")),
    "/not-json": sending(answer("200 OK", b"<html>hunter2</html>")),
    "/not-the-type": sending(answer("200 OK", b'{"number": "hunter2"}')),
    "/not-gzip": sending(answer("200 OK", b"hunter2", PACKED)),
    "/gzip": sending(answer("200 OK", gzip.compress(b'{"number": 7}'), PACKED)),
    "/bomb": sending(answer("200 OK", bomb(50 * MEBIBYTE), PACKED)),
    "/large": sending(answer("200 OK", bytes(2 * MEBIBYTE))),
    "/cookie": sending(answer("200 OK", headers=b"Set-Cookie: of=ann; Path=/\r\n")),
    "/number": sending(answer("200 OK", b'{"number": 7}')),
    "/wait": sending(answer("503 Busy", b"hunter2", b"Retry-After: 7\r\n")),
    "/redirect": redirecting(b"http://169.254.169.254/latest/meta-data/"),
}


@asynccontextmanager
async def misbehaving(host: str = "127.0.0.1") -> AsyncIterator[Misbehaving]:
    server = Misbehaving()
    listening = await asyncio.start_server(server.serve, host, 0)
    port = listening.sockets[0].getsockname()[1]
    server.url = f"http://{'localhost' if host == '127.0.0.1' else f'[{host}]'}:{port}"
    try:
        yield server
    finally:
        listening.close()
        server.stop()
        await listening.wait_closed()
