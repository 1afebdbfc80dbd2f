"""A reverse proxy for tests: serves what is below a path, and strips or keeps that path.

Whoever asks must close after each answer: only the first request of a connection is rewritten.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from urllib.parse import urlsplit

NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Proxy:
    def __init__(self, prefix: str, service: str, *, strips: bool) -> None:
        self._prefix = prefix.encode()
        self._service = urlsplit(service)
        self._strips = strips

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            line = await reader.readline()
            method, path, version = line.split(b" ")
            if path != self._prefix and not path.startswith(self._prefix + b"/"):
                writer.write(NOT_FOUND)
                writer.close()
                return
            path = path.removeprefix(self._prefix) if self._strips else path
            theirs = await asyncio.open_connection(self._service.hostname, self._service.port)
            theirs[1].write(b" ".join((method, path or b"/", version)))
            await asyncio.gather(_copy(reader, theirs[1]), _copy(theirs[0], writer))


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()
    sink.close()


@contextmanager
def proxy(prefix: str, service: str, *, strips: bool) -> Iterator[str]:
    """In a thread of its own; the address of its host, without the prefix."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    serve = Proxy(prefix, service, strips=strips).serve
    starting = asyncio.start_server(serve, "127.0.0.1", 0)
    server = asyncio.run_coroutine_threadsafe(starting, loop).result()
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(server.close)
        asyncio.run_coroutine_threadsafe(_end(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
