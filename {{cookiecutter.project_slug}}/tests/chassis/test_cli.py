"""The command line, in processes of their own and over real sockets."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import httpx
import pytest
import uvicorn

from chassis.cli import serving as serving_module
from chassis.cli.service import Service
from chassis.cli.serving import run_server
from chassis.web.serving.listening import Listener
from tests.support.composition import PROJECT
from tests.support.ports import free_port
from tests.support.serving import (
    APPLICATION,
    PATIENCE,
    WITH_FACTORY,
    Served,
    fork,
    interpret,
    serving,
    until,
)
from tests.support.settings import make_settings

SLOW_APP = "tests.chassis.served_app:create_patient_app"
INTERRUPTED = {0, 130, -signal.SIGINT}
TERMINATED = {0, 143, -signal.SIGTERM}


def connections(database_url: str, name: str) -> int:
    async def ask() -> int:
        connection = await asyncpg.connect(database_url)
        try:
            query = """SELECT count(*) FROM pg_stat_activity
                       WHERE datname = current_database() AND application_name LIKE $1 || '%'"""
            return int(await connection.fetchval(query, name))
        finally:
            await connection.close()

    return asyncio.run(ask())


@pytest.mark.parametrize("environment", ["development", "production"])
def test_sigterm_finishes_requests_in_progress_and_closes_every_connection(
    database_url: str, environment: str
) -> None:
    env = {"DATABASE_URL": database_url, "SERVICE_NAME": "to-be-stopped"}
    env["ENVIRONMENT"] = environment
    with serving(SLOW_APP, env=env, forked=False) as served, ThreadPoolExecutor() as pool:
        request = pool.submit(httpx.get, f"{served.url}/slow?seconds=1", timeout=PATIENCE)
        served.get("/health/ready")
        assert until(lambda: "slow request begun" in served.log())
        assert until(lambda: connections(database_url, "to-be-stopped") == 2)

        status = served.stop()

        assert (request.result().status_code, request.result().json()) == (200, "done")
        assert status in TERMINATED
        assert "Finished server process" in served.log()
        assert until(lambda: connections(database_url, "to-be-stopped") == 0)


def test_ctrl_c_ends_without_complaint(database_url: str) -> None:
    with serving(env={"DATABASE_URL": database_url}, forked=False) as served:
        assert served.stop(signal.SIGINT) in INTERRUPTED

    assert "Application shutdown complete" in served.log()
    assert "Traceback" not in served.log()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_port_in_use_is_told_before_anything_starts(workers: int) -> None:
    env = {"DATABASE_URL": "postgresql://nobody:nothing@localhost:1/nowhere"}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        flags = (f"--port={port}", f"--workers={workers}")
        with fork(APPLICATION, "serve", *flags, env=env) as process:
            output, _ = process.communicate()

    assert process.returncode == 1
    assert output == (
        f"Cannot listen on 127.0.0.1:{port}: something else listens there;"
        " stop it, or set SERVER_PORT or --port.\n"
    )


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--host=192.0.2.1"], "192.0.2.1:8000: this machine has no such address; set SERVER_HOST"),
        (["--host=no-such-host.invalid"], "no-such-host.invalid: there is no such host; set"),
        (["--uds=/no/such/place"], "/no/such/place: No such file or directory."),
        (["--fd=99"], "file descriptor 99: it is no socket."),
    ],
)
def test_where_it_cannot_listen_is_told_before_anything_starts(flags: list[str], told: str) -> None:
    env = {"DATABASE_URL": "postgresql://nobody:nothing@localhost:1/nowhere"}
    with fork(APPLICATION, "serve", *flags, env=env) as process:
        output, _ = process.communicate()

    assert process.returncode == 1
    assert output.startswith(f"Cannot listen on {told}")
    assert len(output.splitlines()) == 1


def test_a_socket_and_a_descriptor_are_not_one() -> None:
    env = {"DATABASE_URL": "postgresql://nobody:nothing@localhost:1/nowhere"}
    with fork(APPLICATION, "serve", "--fd=3", "--uds=here", env=env) as process:
        output, _ = process.communicate()

    assert process.returncode == 2
    assert "--uds and --fd: give one of them" in output


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def configured(database_url: str, port: int) -> Iterator[Served]:
    env = {
        "DATABASE_URL": database_url,
        "LOG_FORMAT": "json",
        "SERVER_HOST": "localhost",
        "SERVER_PORT": str(port),
        "SERVER_TRUSTED_PROXIES": "127.0.0.1, ::1, 10.0.0.0/8",
        "SERVER_MAX_BODY_BYTES": "10",
    }
    with serving(env=env, port=None) as served:
        yield served


def test_the_settings_say_where_to_listen(configured: Served, port: int) -> None:
    assert configured.url == f"http://localhost:{port}"


def test_the_settings_reach_the_application(configured: Served) -> None:
    url = f"{configured.url}/nowhere"
    too_much = httpx.post(url, content=b"x" * 11, timeout=PATIENCE)
    assert too_much.status_code == 413


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("1.2.3.4", "1.2.3.4"),
        ("6.6.6.6, 1.2.3.4, 10.9.9.9", "1.2.3.4"),  # what the last stranger claims is not believed
        ("6.6.6.6, 1.2.3.4:5678, 10.9.9.9:4", "1.2.3.4"),  # some proxies add the port
        ("[2001:db8::1]:5678", "2001:db8::1"),
        ("::ffff:1.2.3.4", "::ffff:1.2.3.4"),
    ],
)
def test_a_trusted_proxy_says_who_the_client_is(
    configured: Served, forwarded: str, client: str
) -> None:
    assert client_in_log(configured, forwarded) == client


def test_flags_win_and_a_stranger_is_not_believed(database_url: str) -> None:
    env = {
        "DATABASE_URL": database_url,
        "LOG_FORMAT": "json",
        "SERVER_HOST": "192.0.2.1",  # reserved for documentation: nobody can listen there
        "SERVER_PORT": "1",
        "SERVER_TRUSTED_PROXIES": "10.0.0.0/8",
    }
    with serving(env=env, host="127.0.0.1", port=0, workers=1) as served:
        assert served.url.startswith("http://127.0.0.1:")
        assert client_in_log(served, "1.2.3.4") == "127.0.0.1"


def client_in_log(served: Served, forwarded: str) -> str:
    headers = {"X-Forwarded-For": forwarded, "X-Request-ID": f"from-{len(forwarded)}"}
    served.get("/health/live", headers=headers)

    def lines() -> list[dict[str, str]]:
        all_lines = served.lines("request")
        return [line for line in all_lines if line["request_id"] == headers["X-Request-ID"]]

    assert until(lines)
    return lines()[0]["client"]


def test_nothing_tells_what_the_service_runs_on(configured: Served) -> None:
    assert "server" not in configured.get("/health/live").headers


def test_openapi_prints_the_document() -> None:
    env = {"DATABASE_URL": "postgresql://nobody:nothing@localhost:1/nowhere"}
    with interpret(APPLICATION, "openapi", env=env, measured=True) as process:
        output, _ = process.communicate()

    assert process.returncode == 0
    assert json.loads(output)["openapi"].startswith("3.1")


def test_what_is_logged_meanwhile_is_no_part_of_the_document(tmp_path: Path) -> None:
    program = [sys.executable, "-c", WITH_FACTORY, "tests.chassis.served_app:create_twin_app"]
    given = {"PYTHONPATH": str(PROJECT), "DATABASE_URL": "postgresql://localhost:1/nowhere"}
    env = os.environ | given

    command = [*program, "openapi"]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, check=True)

    assert "/slow-too" in json.loads(done.stdout)["paths"]
    assert b"handlers share a name" in done.stderr


@pytest.mark.parametrize("command", ["serve", "openapi"])
def test_wrong_settings_are_told_in_sentences(command: str) -> None:
    env = {"SERVER_PORT": "99999", "LOG_LEVEL": "loud"}
    with interpret(APPLICATION, command, env=env) as process:
        output, _ = process.communicate()

    assert process.returncode == 1
    first, *sentences = output.splitlines()
    assert first == "The settings cannot be used:"
    assert [sentence.split(maxsplit=1)[0].strip(":") for sentence in sentences] == [
        "SERVER_PORT",
        "DATABASE_URL",
        "LOG_LEVEL",
    ]
    assert "Traceback" not in output


def test_a_reload_watches_code_and_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was just written is told at the start that follows."""
    run: list[uvicorn.Config] = []
    monkeypatch.setattr(serving_module, "_run", lambda config, _: run.append(config))
    settings = make_settings(database={"url": "postgresql://a@127.0.0.1:1/b"})

    run_server(Service("app.main:create_app"), settings, Listener([], ""), reload=True)

    watched = {str(path) for path in run[0].reload_dirs}
    assert watched == {str(PROJECT / name) for name in ("chassis", "app", "migrations")}
