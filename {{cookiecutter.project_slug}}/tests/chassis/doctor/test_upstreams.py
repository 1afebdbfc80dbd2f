"""The doctor on services that are called: whether they can be reached, and none is asked."""

import asyncio
import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest

from chassis.doctor.report import Finding
from chassis.doctor.upstreams import upstreams
from tests.chassis.doctor.examining import AWAY, settings_for
from tests.chassis.outbound.misbehaving import misbehaving

CERTIFICATE = (
    *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
    *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
)


async def found(**outbound: Any) -> dict[str, Finding]:
    return await upstreams(settings_for(AWAY, outbound={"connect_timeout": 60, **outbound}))


async def test_where_nothing_is_called_there_is_nothing_to_find() -> None:
    assert await found() == {}


async def test_each_is_reached_and_none_is_asked() -> None:
    async with misbehaving() as peer:
        finding = (await found(upstreams={"shop": peer.url}))["upstream shop"]

    assert (finding.status, finding.message) == (
        "ok",
        f"{peer.url.removeprefix('http://')} answers",
    )
    assert peer.heads == []


async def test_what_cannot_be_reached_says_why() -> None:
    given = {"away": "http://127.0.0.1:1", "nowhere": "https://nowhere.invalid"}

    away, nowhere = (await found(upstreams=given)).values()

    assert (away.status, nowhere.status) == ("error", "error")
    assert away.message.startswith("127.0.0.1:1 cannot be reached: ")
    assert nowhere.message == "The name nowhere.invalid is not known"
    assert nowhere.change == "Correct OUTBOUND_UPSTREAMS, or the DNS."


async def test_what_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(*_: Any, **__: Any) -> Any:
        await asyncio.Event().wait()

    monkeypatch.setattr("asyncio.open_connection", hang)

    (finding,) = (await found(upstreams={"slow": "http://a"}, connect_timeout=0.05)).values()

    assert finding.message == "a:80 does not answer within 0.05 s"


async def test_behind_a_proxy_the_proxy_is_reached() -> None:
    async with misbehaving() as peer:
        finding = await found(upstreams={"away": "https://away.invalid"}, proxy=peer.url)

    assert {name: it.status for name, it in finding.items()} == {"proxy": "ok"}


async def test_a_certificate_that_is_not_trusted_is_told(tmp_path: Path) -> None:
    file, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    command = [*CERTIFICATE, "-out", str(file), "-keyout", str(key)]
    subprocess.run(command, check=True, capture_output=True)  # noqa: ASYNC221  a moment
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file, key)

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    async with server:
        (finding,) = (await found(upstreams={"own": f"https://localhost:{port}"})).values()

    assert finding.message.startswith(f"localhost:{port} is not trusted: CERTIFICATE_VERIFY_FAILED")
