"""Where a service listens: the same for one process, for several, under reload."""

import signal
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
from websockets.sync.client import unix_connect

from tests.chassis.talking import SOCKETS
from tests.support.serving import PATIENCE, serving, until

HOW: list[dict[str, Any]] = [{}, {"workers": 2}, {"reload": True}]
APP = "tests.chassis.served_app:create_app"
FOR_EVER = "600"


@pytest.fixture
def env(database_url: str) -> dict[str, str]:
    return {"DATABASE_URL": database_url, "LOG_FORMAT": "json"}


@pytest.fixture
def place() -> Iterator[Path]:
    """A path of a Unix socket has at most a hundred characters."""
    with TemporaryDirectory() as directory:
        yield Path(directory) / "service.sock"


@pytest.mark.parametrize("how", HOW)
def test_two_colons_are_both_families(env: dict[str, str], how: dict[str, Any]) -> None:
    with serving(env={**env, "SERVER_HOST": "::"}, **how) as served:
        assert served.url.startswith("http://localhost:")
        port = httpx.URL(served.url).port
        for address in ("127.0.0.1", "[::1]"):
            url = f"http://{address}:{port}/health/live"
            assert httpx.get(url, timeout=PATIENCE).status_code == 200


@pytest.mark.parametrize("workers", [1, 2])
def test_so_does_the_port_of_the_metrics(env: dict[str, str], workers: int) -> None:
    env |= {"SERVER_HOST": "::", "METRICS_ENABLED": "true", "METRICS_PORT": "0"}
    with serving(env=env, workers=workers) as served:
        assert until(lambda: served.lines("metrics are served"))
        (line,) = served.lines("metrics are served")
        url = httpx.URL(line["address"])
        assert url.host == "localhost"
        for host in ("127.0.0.1", "::1"):
            answer = httpx.get(url.copy_with(host=host), timeout=PATIENCE)
            assert answer.status_code == 200


@pytest.mark.parametrize("how", HOW)
def test_a_unix_socket_is_there_for_everybody_and_goes_with_the_service(
    env: dict[str, str], how: dict[str, Any], place: Path
) -> None:
    with serving(env=env, port=None, uds=place, **how) as served:
        assert served.get("/health/ready").status_code == 200
        assert stat.S_IMODE(place.stat().st_mode) == 0o666

        served.stop()

        assert not place.exists()


def test_ctrl_c_removes_it_too(env: dict[str, str], place: Path) -> None:
    with serving(env=env, port=None, uds=place) as served:
        served.stop(signal.SIGINT)

    assert not place.exists()


@pytest.mark.parametrize("workers", [1, 2])
def test_it_is_served_during_the_drain(env: dict[str, str], workers: int, place: Path) -> None:
    env["SERVER_DRAIN_SECONDS"] = FOR_EVER
    with serving(env=env, port=None, uds=place, workers=workers) as served:
        served.process.send_signal(signal.SIGTERM)
        assert until(lambda: len(served.lines("stopping")) == workers)

        assert served.get("/health/ready").json() == {"status": "draining"}
        served.stop()

    assert not place.exists()


def test_one_that_was_left_behind_is_taken_over(env: dict[str, str], place: Path) -> None:
    with serving(env=env, port=None, uds=place) as served:
        served.stop(signal.SIGKILL)
    assert place.exists()

    with serving(env=env, port=None, uds=place) as served:
        assert served.get("/health/live").status_code == 200


@pytest.mark.parametrize(
    ("trusted", "client"),
    [("10.0.0.0/8", "1.2.3.4"), ("*", "6.6.6.6"), ("127.0.0.1", "10.9.9.9")],
)
def test_a_proxy_on_the_same_machine_says_who_the_client_is(
    env: dict[str, str], place: Path, trusted: str, client: str
) -> None:
    env["SERVER_TRUSTED_PROXIES"] = trusted
    with serving(SOCKETS, env=env, port=None, uds=place) as served:
        for forwarded, told in (("6.6.6.6, 1.2.3.4, 10.9.9.9", client), ("", "127.0.0.1")):
            headers = {"X-Request-ID": f"from-{told}"}
            headers |= {"X-Forwarded-For": forwarded} if forwarded else {}
            served.get("/health/live", headers=headers)

            def lines(name: str = headers["X-Request-ID"]) -> list[dict[str, Any]]:
                return [it for it in served.lines("request") if it["request_id"] == name]

            assert until(lines)
            assert lines()[0]["client"] == told


@pytest.mark.parametrize("how", HOW)
def test_a_socket_of_who_started_it_is_listened_to(
    env: dict[str, str], how: dict[str, Any]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as given:
        number = given.fileno()
        with serving(
            env=env, port=None, fd=number, pass_fds=[number], measured=True, **how
        ) as served:
            assert served.url == f"http://127.0.0.1:{given.getsockname()[1]}"
            assert served.get("/health/ready").status_code == 200


def test_a_unix_socket_of_who_started_it_is_theirs_to_remove(
    env: dict[str, str], place: Path
) -> None:
    with socket.socket(socket.AF_UNIX) as given:
        given.bind(str(place))
        given.listen()
        number = given.fileno()
        with serving(env=env, port=None, fd=number, pass_fds=[number], measured=True) as served:
            assert served.url == f"unix socket {place}"
            assert served.get("/health/ready").status_code == 200
            served.stop()

    assert place.exists()


def test_a_websocket_passes_through_a_unix_socket(env: dict[str, str], place: Path) -> None:
    with (
        serving(SOCKETS, env=env, port=None, uds=place),
        unix_connect(str(place), uri="ws://service/ws/echo/1", open_timeout=PATIENCE) as opened,
    ):
        opened.send("hello")
        assert opened.recv() == "hello"
