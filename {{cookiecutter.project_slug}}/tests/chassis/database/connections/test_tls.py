"""`sslrootcert=system`: a server is believed that has a certificate of whom the machine trusts."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from asyncpg import ClientCannotConnectError

from chassis.database.connections.engine import open_connection
from chassis.database.connections.password import Password
from tests.support.settings import make_settings
from tools.postgres import Server

CERTIFICATE = (
    *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
    *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
)


@dataclass(frozen=True)
class Certificate:
    """Of the server and, as it signed itself, of who vouches for it; also of a client."""

    file: Path
    key: Path


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    place = tmp_path_factory.mktemp("tls")
    made = Certificate(place / "certificate.pem", place / "key.pem")
    subprocess.run(
        [*CERTIFICATE, "-out", made.file, "-keyout", made.key], check=True, capture_output=True
    )
    return made


class Front:
    """Speaks TLS with clients, and in plain text with the server: not every build of it can."""

    def __init__(self, server: Server, certificate: Certificate) -> None:
        self._server = server
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(certificate.file, certificate.key)
        self._context.load_verify_locations(certificate.file)
        self.port = 0
        self.client_certificates: list[object] = []

    def ask_for_a_certificate(self) -> None:
        self._context.verify_mode = ssl.CERT_REQUIRED

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            await reader.readexactly(8)  # SSLRequest
            writer.write(b"S")
            await writer.start_tls(self._context)
            self.client_certificates.append(writer.get_extra_info("peercert"))
            theirs = await asyncio.open_connection("127.0.0.1", self._server.port)
            await asyncio.gather(_copy(reader, theirs[1]), _copy(theirs[0], writer))

    def url(self, host: str, options: str) -> str:
        login = f"postgres:{quote(self._server.password)}"
        return f"postgresql://{login}@{host}:{self.port}/postgres?{options}"


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(65_536):
            sink.write(data)
        sink.close()


@pytest.fixture
async def front(server: Server, certificate: Certificate) -> AsyncIterator[Front]:
    front = Front(server, certificate)
    async with await asyncio.start_server(front.serve, "localhost", 0) as listening:
        front.port = listening.sockets[0].getsockname()[1]
        yield front
        listening.close()


async def answer(url: str) -> object:
    settings = make_settings(database={"url": url}).database
    connection = await open_connection(settings, "tests", Password(settings))
    try:
        return await connection.fetchval("SELECT 1")
    finally:
        await connection.close()


@pytest.fixture
def trusted(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))


@pytest.mark.usefixtures("trusted")
async def test_a_server_that_the_machine_trusts_is_connected_to(front: Front) -> None:
    assert await answer(front.url("localhost", "sslrootcert=system")) == 1
    assert front.client_certificates == [None]


async def test_one_that_it_does_not_trust_is_not(front: Front) -> None:
    with pytest.raises(ClientCannotConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        await answer(front.url("localhost", "sslrootcert=system"))


@pytest.mark.usefixtures("trusted")
async def test_one_of_another_name_is_not_either(front: Front) -> None:
    with pytest.raises(ClientCannotConnectError, match="IP address mismatch"):
        await answer(front.url("127.0.0.1", "sslrootcert=system"))


@pytest.mark.usefixtures("trusted")
async def test_the_client_shows_a_certificate_of_its_own(
    front: Front, certificate: Certificate
) -> None:
    front.ask_for_a_certificate()
    own = f"sslcert={certificate.file}&sslkey={certificate.key}"

    assert await answer(front.url("localhost", f"sslrootcert=system&{own}")) == 1
    (shown,) = front.client_certificates
    assert shown


async def test_a_file_goes_on_being_the_drivers_matter(
    front: Front, certificate: Certificate
) -> None:
    options = f"sslmode=verify-full&sslrootcert={certificate.file}"

    assert await answer(front.url("localhost", options)) == 1
