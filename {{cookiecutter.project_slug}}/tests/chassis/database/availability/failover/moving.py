"""An address that moves from one server to another, and a server that takes reads alone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import quote

import asyncpg

from tests.chassis.database.availability.standby import execute
from tests.support.eventually import eventually
from tools.postgres import Server

DATABASE = "own"


class Address:
    """Connections that are open stay where they are when it moves, as behind a name of DNS."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.port = 0

    @property
    def url(self) -> str:
        login = f"postgres:{quote(self.server.password)}"
        return f"postgresql://{login}@127.0.0.1:{self.port}/{DATABASE}"

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            theirs = await asyncio.open_connection("127.0.0.1", self.server.port)
            await asyncio.gather(_copy(reader, theirs[1]), _copy(theirs[0], writer))


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()
    sink.close()


@asynccontextmanager
async def address_of(server: Server) -> AsyncIterator[Address]:
    address = Address(server)
    async with await asyncio.start_server(address.pass_on, "127.0.0.1", 0) as listening:
        address.port = listening.sockets[0].getsockname()[1]
        yield address
        listening.close()


@asynccontextmanager
async def demoted(server: Server) -> AsyncIterator[None]:
    """It refuses writes, also on the connections that are open."""
    await _set(server, "ALTER SYSTEM SET default_transaction_read_only = on", "on")
    try:
        yield
    finally:
        await _set(server, "ALTER SYSTEM RESET default_transaction_read_only", "off")


async def _set(server: Server, statement: str, state: str) -> None:
    await execute(server, statement, DATABASE)
    await execute(server, "SELECT pg_reload_conf()", DATABASE)

    async def look() -> str:
        connection = await asyncpg.connect(server.url(DATABASE))
        try:
            return str(await connection.fetchval("SHOW default_transaction_read_only"))
        finally:
            await connection.close()

    await eventually(look, lambda found: found == state)
