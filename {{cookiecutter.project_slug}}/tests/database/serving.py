"""An application behind a real socket, and a wire to the database whose traffic is counted."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI
from httpx import AsyncClient


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[AsyncClient]:
    """Serve as in production, in a thread with an event loop of its own; start its lifespan too."""
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, log_config=None, access_log=False, ws="none")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        async with AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            yield client
    finally:
        server.should_exit = True
        await asyncio.to_thread(thread.join)


@dataclass
class Wire:
    port: int = 0
    round_trips: int = 0
    """How often the client spoke after the server had."""
    client_speaks: bool = False


@asynccontextmanager
async def wire_to(host: str, port: int) -> AsyncIterator[Wire]:
    """Pass on what is said between the clients of `wire.port` and the server."""
    wire = Wire()
    writers: list[asyncio.StreamWriter] = []

    async def pass_on(
        source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, from_client: bool
    ) -> None:
        while data := await source.read(65_536):
            wire.round_trips += from_client and not wire.client_speaks
            wire.client_speaks = from_client
            sink.write(data)
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
