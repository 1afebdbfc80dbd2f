"""A TCP proxy before PostgreSQL that counts round trips: answers that came after a question."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Proxy:
    def __init__(self, host: str, port: int) -> None:
        self.target = (host, port)
        self.port = 0
        self.round_trips = 0

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(*self.target)
        asked = asyncio.Event()
        await asyncio.gather(
            self._copy(reader, there_writer, asked, question=True),
            self._copy(there_reader, writer, asked, question=False),
        )

    async def _copy(
        self,
        source: asyncio.StreamReader,
        target: asyncio.StreamWriter,
        asked: asyncio.Event,
        *,
        question: bool,
    ) -> None:
        while data := await source.read(65_536):
            if question:
                asked.set()
            elif asked.is_set():
                asked.clear()
                self.round_trips += 1
            target.write(data)
        target.close()


@asynccontextmanager
async def counting(host: str, port: int) -> AsyncIterator[Proxy]:
    proxy = Proxy(host, port)
    server = await asyncio.start_server(proxy.connect, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
