"""What the doctor asks a real server."""

import time
from types import SimpleNamespace

import pytest

from tests.chassis.doctor.examining import examined, run, url_of
from tools.postgres import Server as PostgresServer


def test_an_encoding_that_cannot_hold_every_text_is_an_error(own_server: PostgresServer) -> None:
    run(
        own_server.url("shop"),
        "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'",
    )

    report = examined(own_server.url("latin"))

    assert report.findings["encoding"].message == "The database stores text as LATIN1"
    assert report.findings["encoding"].status == "error"


def test_a_standby_is_told(own_server: PostgresServer) -> None:
    signal = own_server.data / "standby.signal"
    own_server.stop()
    signal.touch()
    signal.chmod(0o666)
    own_server.start()
    try:
        found = examined(url_of(own_server)).findings["writable"]
    finally:
        own_server.stop()
        signal.unlink()
        own_server.start()

    assert found.status == "warning"
    assert "primary" in found.change


@pytest.mark.parametrize(
    ("shift", "message"),
    [(-60, "The server's clock is 60.0 s ahead of"), (60, "The server's clock is 60.0 s behind")],
)
def test_a_clock_that_is_wrong_is_told(
    own_server: PostgresServer, monkeypatch: pytest.MonkeyPatch, shift: int, message: str
) -> None:
    wrong = SimpleNamespace(time=lambda: time.time() + shift, perf_counter=time.perf_counter)
    monkeypatch.setattr("chassis.doctor.facts.time", wrong)

    found = examined(url_of(own_server)).findings["clock"]

    assert found.status == "warning"
    assert found.message.startswith(message)
