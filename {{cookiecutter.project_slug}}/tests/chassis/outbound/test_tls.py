"""Whom nobody vouches for is not called."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator

import pytest

from chassis.outbound.problems import UpstreamUnavailable
from tests.chassis.outbound.conftest import OpenOutbound

CERTIFICATE = (
    *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
    *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
)


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    place = tmp_path_factory.mktemp("tls")
    file, key = str(place / "certificate.pem"), str(place / "key.pem")
    command = [*CERTIFICATE, "-out", file, "-keyout", key]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file, key)
    return context


@pytest.fixture
async def stranger(context: ssl.SSLContext) -> AsyncIterator[str]:
    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"https://localhost:{server.sockets[0].getsockname()[1]}"


async def test_a_certificate_that_nobody_vouches_for_is_refused_and_not_tried_again(
    open_outbound: OpenOutbound, stranger: str, capsys: pytest.CaptureFixture[str]
) -> None:
    outbound = await open_outbound(upstreams={"stranger": stranger})

    with pytest.raises(UpstreamUnavailable) as raised:
        await outbound.upstreams["stranger"].get("/")

    assert str(raised.value.__cause__).startswith("stranger: ClientConnectorCertificateError")
    assert "calling again" not in capsys.readouterr().out
