"""What a client is told when no connection can be had."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

import asyncpg
import pytest
from httpx import Response
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tests.chassis.database.asking import SECRET, ask, assert_problem
from tests.support.clients import client_of
from tests.support.composition import StartApp
from tests.support.settings import make_settings
from tools.postgres import Server

Peer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

STARTING_UP = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0"


async def read(session: AsyncSession) -> None:
    await session.execute(text("SELECT 1"))


async def ask_with(start_app: StartApp, url: str, **values: object) -> Response:
    """Ask an application on this database, which must not be ready either."""
    app = await start_app(make_settings(database={"url": url, "connect_timeout": 1.0, **values}))
    async with client_of(app) as client:
        assert (await client.get("/health/ready")).status_code == 503
    return await ask(app, read)


@asynccontextmanager
async def listening(peer: Peer) -> AsyncIterator[str]:
    """Listen like a database, but be something else."""
    async with await asyncio.start_server(peer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield f"postgresql://someone:{SECRET}@127.0.0.1:{port}/own"
        server.close()


async def close_at_once(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


async def start_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Refuse TLS, then answer the client's greeting as a server that is not ready yet."""
    await reader.read(8)
    writer.write(b"N")
    await reader.read(1_000)
    writer.write(b"E" + (len(STARTING_UP) + 4).to_bytes(4) + STARTING_UP)
    writer.close()


async def test_a_refused_connection_is_unavailable(start_app: StartApp) -> None:
    with socket.socket() as bound:  # but not listening
        bound.bind(("127.0.0.1", 0))
        url = f"postgresql://someone:{SECRET}@127.0.0.1:{bound.getsockname()[1]}/own"

        response = await ask_with(start_app, url)

    assert_problem(response, 503, "database-unavailable", retry_after="1")


async def test_a_name_that_cannot_be_resolved_is_unavailable(start_app: StartApp) -> None:
    url = f"postgresql://someone:{SECRET}@no-such-host.invalid/own"

    response = await ask_with(start_app, url)

    assert_problem(response, 503, "database-unavailable", retry_after="1")


@pytest.mark.parametrize("peer", [close_at_once, never_answer, start_up])
async def test_a_server_that_does_not_talk_is_unavailable(start_app: StartApp, peer: Peer) -> None:
    async with listening(peer) as url:
        response = await ask_with(start_app, url, connect_timeout=0.3)

    assert_problem(response, 503, "database-unavailable", retry_after="1")


@pytest.mark.parametrize(
    ("login", "database", "sqlstate"),
    [
        ("postgres:{password}", "nowhere", "3D000"),
        ("nobody:{password}", "own", "28P01"),
        (f"postgres:{SECRET}", "own", "28P01"),
        (f"idle:{SECRET}", "own", "28000"),
        (f"crowd:{SECRET}", "own", "53300"),
    ],
    ids=["database", "role", "password", "role without login", "too many connections"],
)
async def test_a_refused_login_is_unavailable_and_the_log_says_why(
    start_app: StartApp,
    own_server: Server,
    capsys: pytest.CaptureFixture[str],
    login: str,
    database: str,
    sqlstate: str,
) -> None:
    connection = await asyncpg.connect(own_server.url("own"))
    await connection.execute(f"""
        DROP ROLE IF EXISTS idle, crowd;
        CREATE ROLE idle NOLOGIN PASSWORD '{SECRET}';
        CREATE ROLE crowd LOGIN CONNECTION LIMIT 0 PASSWORD '{SECRET}';
    """)
    await connection.close()
    login = login.format(password=quote(own_server.password))

    response = await ask_with(
        start_app, f"postgresql://{login}@127.0.0.1:{own_server.port}/{database}"
    )

    assert_problem(response, 503, "database-unavailable", retry_after="1")
    logged = capsys.readouterr().out
    assert f"Error {sqlstate} " in logged
    assert SECRET not in logged


async def test_a_vanished_password_file_is_unavailable(
    start_app: StartApp, own_server: Server, tmp_path: Path
) -> None:
    file = tmp_path / "password"
    file.write_text(own_server.password)
    settings = make_settings(database={"url": own_server.url("own"), "password_file": file})
    app = await start_app(settings)
    file.unlink()

    response = await ask(app, read)

    assert_problem(response, 503, "database-unavailable", retry_after="1")
