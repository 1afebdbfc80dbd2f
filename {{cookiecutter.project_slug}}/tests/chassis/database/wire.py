"""A wire to the database whose traffic is counted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass
class Wire:
    port: int = 0
    round_trips: int = 0
    """How often the client spoke after the server had."""
    client_speaks: bool = False
    cut: int = 0
    last_words: bytes | None = None
    """The server still hears these, then the connection ends, and the client hears nothing."""

    def lose_in_silence(self) -> None:
        """From now on nothing passes on the connections that are open, and nobody is told."""
        self.cut += 1


@asynccontextmanager
async def wire_to(host: str, port: int) -> AsyncIterator[Wire]:
    """Pass on what is said between the clients of `wire.port` and the server."""
    wire = Wire()
    writers: list[asyncio.StreamWriter] = []

    async def pass_on(
        source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, from_client: bool
    ) -> None:
        cut = wire.cut
        while data := await source.read(65_536):
            if wire.cut != cut:
                continue
            wire.round_trips += from_client and not wire.client_speaks
            wire.client_speaks = from_client
            sink.write(data)
            if from_client and wire.last_words is not None and wire.last_words in data:
                break
        sink.close()

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection(host, port)
        writers.extend((writer, server_writer))
        await asyncio.gather(
            pass_on(reader, server_writer, from_client=True),
            pass_on(server_reader, writer, from_client=False),
        )

    async with await asyncio.start_server(connect, "127.0.0.1", 0) as server:
        wire.port = server.sockets[0].getsockname()[1]
        yield wire
        server.close()
        for writer in writers:
            writer.close()
            await writer.wait_closed()
