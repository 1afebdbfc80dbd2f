"""How the service stops: it says so first, finishes what it has begun, and loses no request."""

import asyncio
import logging
import os
import signal
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from socket import socket
from time import monotonic

import httpx
import pytest

from tests.support.balancer import Balancer, balancing
from tests.support.serving import APPLICATION, PATIENCE, Served, interpret, serving, until

SLOW_APP = "tests.chassis.served_app:create_app"
PATIENT_APP = "tests.chassis.served_app:create_patient_app"
TERMINATED = {0, 143, -signal.SIGTERM}
FOR_EVER = "600"
CLIENTS = 16


@pytest.fixture
def env(database_url: str) -> dict[str, str]:
    return {"DATABASE_URL": database_url, "LOG_FORMAT": "json", "DATABASE_POOL_SIZE": "5"}


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as threads:
        yield threads


def ready(served: Served) -> httpx.Response:
    return served.get("/health/ready")


def is_draining(served: Served) -> bool:
    return bool(served.lines("stopping"))


def slow(served: Served, threads: ThreadPoolExecutor, seconds: float) -> Future[httpx.Response]:
    """A request in progress."""
    address = f"{served.url}/slow?seconds={seconds}"
    request = threads.submit(httpx.get, address, timeout=PATIENCE)
    assert until(lambda: served.lines("slow request begun"))
    return request


@pytest.mark.parametrize("workers", [1, 2])
def test_while_it_drains_it_is_not_ready_but_serves(env: dict[str, str], workers: int) -> None:
    env["SERVER_DRAIN_SECONDS"] = FOR_EVER
    with serving(env=env, workers=workers) as served, httpx.Client(timeout=PATIENCE) as client:
        assert until(lambda: ready(served).is_success)
        assert "connection" not in client.get(f"{served.url}/health/live").headers

        served.process.send_signal(signal.SIGTERM)
        assert until(lambda: len(served.lines("stopping")) == workers)

        for path in ("/health/ready", "/health"):
            response = served.get(path)
            assert (response.status_code, response.json()["status"]) == (503, "draining")
        response = client.get(f"{served.url}/health/live")
        assert (response.status_code, response.headers["connection"]) == (200, "close")
        missing = served.get("/nowhere")
        assert (missing.status_code, missing.headers["connection"]) == (404, "close")

        assert served.stop() in TERMINATED  # the second SIGTERM does not wait for the drain
        for end in ("Application shutdown complete", "Finished server process"):
            assert served.log().count(end) == workers


def test_after_the_drain_it_finishes_what_it_has_begun(
    env: dict[str, str], threads: ThreadPoolExecutor
) -> None:
    env["SERVER_DRAIN_SECONDS"] = "0.5"
    with serving(SLOW_APP, env=env) as served:
        request = slow(served, threads, 2)

        started = monotonic()
        assert served.stop() in TERMINATED

        assert monotonic() - started >= 0.5
        assert (request.result().status_code, request.result().json()) == (200, "done")
        assert "Application shutdown complete" in served.log()


def test_a_request_that_is_cut_off_is_answered_and_logged(
    env: dict[str, str], threads: ThreadPoolExecutor
) -> None:
    env["SERVER_GRACEFUL_TIMEOUT"] = "1"
    with serving(SLOW_APP, env=env) as served:
        request = slow(served, threads, 3_600)

        assert served.stop() in TERMINATED

        assert_cut_off(request.result(), served)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_second_sigterm_stops_at_once(
    env: dict[str, str], workers: int, threads: ThreadPoolExecutor
) -> None:
    env |= {"SERVER_DRAIN_SECONDS": FOR_EVER, "SERVER_GRACEFUL_TIMEOUT": FOR_EVER}
    with serving(SLOW_APP, env=env, workers=workers, measured=True) as served:
        request = slow(served, threads, 3_600)
        served.process.send_signal(signal.SIGTERM)
        assert until(lambda: len(served.lines("stopping")) == workers)

        assert served.stop() in TERMINATED

        assert_cut_off(request.result(), served)


def assert_cut_off(response: httpx.Response, served: Served) -> None:
    """Answered, logged, and with nothing closed while it was still in use."""
    assert (response.status_code, response.json()["type"]) == (503, "/problems/stopping")
    assert response.headers["retry-after"] == "1"
    assert response.headers["connection"] == "close"
    (line,) = [line for line in served.lines("request") if line["route"] == "/slow"]
    assert (line["status"], line["problem"]) == (503, "/problems/stopping")
    assert "Traceback" not in served.log()
    assert "Application shutdown complete" in served.log()


def test_sigterm_to_the_whole_group_is_one_sigterm(
    env: dict[str, str], threads: ThreadPoolExecutor
) -> None:
    env["SERVER_DRAIN_SECONDS"] = "1"
    with serving(SLOW_APP, env=env, workers=2, measured=True) as served:
        request = slow(served, threads, 2)

        os.killpg(served.process.pid, signal.SIGTERM)

        assert served.wait() in TERMINATED
        assert request.result().status_code == 200


def test_ctrl_c_does_not_drain(env: dict[str, str], threads: ThreadPoolExecutor) -> None:
    env["SERVER_DRAIN_SECONDS"] = FOR_EVER
    with serving(SLOW_APP, env=env) as served:
        request = slow(served, threads, 0.5)

        served.stop(signal.SIGINT)

        assert request.result().status_code == 200
        assert not is_draining(served)


def test_under_reload_it_does_not_drain(env: dict[str, str]) -> None:
    env["SERVER_DRAIN_SECONDS"] = FOR_EVER
    with serving(env=env, reload=True) as served:
        assert served.stop() in TERMINATED

        assert "Application shutdown complete" in served.log()


def test_workers_stop_when_their_parent_was_killed(env: dict[str, str]) -> None:
    with serving(env=env, workers=2, measured=True) as served:
        served.stop(signal.SIGKILL)  # waits until nobody holds the log any more

        assert served.log().count("Application shutdown complete") == 2


@contextmanager
def stream(served: Served, path: str) -> Iterator[Iterator[str]]:
    """The lines of an open stream, which has begun."""
    with httpx.stream("GET", f"{served.url}{path}", timeout=PATIENCE) as response:
        lines = response.iter_lines()
        assert next(lines) == "data: tick"
        yield lines


def test_an_open_stream_ends_in_order(env: dict[str, str], threads: ThreadPoolExecutor) -> None:
    env |= {"SERVER_DRAIN_SECONDS": "0.5", "SERVER_GRACEFUL_TIMEOUT": FOR_EVER}
    with serving(SLOW_APP, env=env) as served, stream(served, "/events") as lines:
        request = slow(served, threads, 2)

        served.process.send_signal(signal.SIGTERM)

        assert list(lines)[-3:] == ["event: end", "data: come back", ""]
        assert request.result().status_code == 200
        assert served.wait() in TERMINATED
        (line,) = [line for line in served.lines("request") if line["route"] == "/events"]
        assert line["status"] == 200


def test_a_stream_that_does_not_care_is_broken_off_in_the_end(env: dict[str, str]) -> None:
    env["SERVER_GRACEFUL_TIMEOUT"] = "1"
    with serving(SLOW_APP, env=env) as served, stream(served, "/deaf-events") as lines:
        served.process.send_signal(signal.SIGTERM)

        with pytest.raises(httpx.RemoteProtocolError):
            list(lines)
        assert served.wait() in TERMINATED
        (line,) = served.lines("response broken off")
        assert (line["route"], line["status"]) == ("/deaf-events", 200)


@pytest.mark.no_cover  # other tests cover it; measured, it would take thrice as long
@pytest.mark.parametrize("workers", [1, 2])
async def test_a_rolling_restart_loses_no_request(
    env: dict[str, str], workers: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "httpx")  # its lines would take much of the time
    # A balancer on a busy machine asks seldom: it has to notice, and end what it sent, by then.
    env["SERVER_DRAIN_SECONDS"] = "7"
    with ExitStack() as stack:
        async with balancing() as balancer:
            old = await started(stack, balancer, env, workers)
            answers: list[int] = []
            done = asyncio.Event()
            clients = [asyncio.create_task(call(balancer, answers, done)) for _ in range(CLIENTS)]
            await started(stack, balancer, env, workers)
            assert await asyncio.to_thread(old.stop) in TERMINATED
            balancer.backends.discard(old.url)
            done.set()
            await asyncio.gather(*clients)

    assert len(answers) > CLIENTS
    assert balancer.lost == []
    assert set(answers) == {200}


async def started(
    stack: ExitStack, balancer: Balancer, env: dict[str, str], workers: int
) -> Served:
    """A service that the balancer knows and finds ready."""
    served = await asyncio.to_thread(
        stack.enter_context, serving(PATIENT_APP, env=env, workers=workers)
    )
    balancer.add(served.url)
    async with asyncio.timeout(90):
        while not balancer.is_ready(served.url):  # noqa: ASYNC110  the balancer asks, as it always does
            await asyncio.sleep(0.02)
    return served


async def call(balancer: Balancer, answers: list[int], done: asyncio.Event) -> None:
    """One client, one connection, one request after another."""
    async with httpx.AsyncClient(base_url=balancer.url, timeout=PATIENCE) as client:
        while not done.is_set():
            answers.append((await client.get("/health/live")).status_code)
            await asyncio.sleep(0.02)  # and leave the other service some time to start


def test_it_stops_although_nobody_reads_its_log_any_more(env: dict[str, str]) -> None:
    with socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    env |= {"SERVER_DRAIN_SECONDS": "0.1", "DATABASE_WARM_UP": "0"}
    with interpret(APPLICATION, "serve", f"--port={port}", env=env) as process:
        assert until(lambda: is_live(port))
        assert process.stdout is not None
        process.stdout.close()

        process.send_signal(signal.SIGTERM)

        assert process.wait(PATIENCE) in TERMINATED | {120}  # 120: Python could not flush its log


def is_live(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health/live").is_success
    except httpx.TransportError:
        return False
