"""Under reload: who has saved a file waits for nobody, and a process that was killed comes back."""

import os
import re
import shutil
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from uvicorn.supervisors import basereload

from chassis.web.serving.reloading import ReloadedProcess
from tests.support.composition import PROJECT
from tests.support.serving import PATIENCE, Served, serving, until

APP = "tests.chassis.served_app:create_app"
COPIED = ["pyproject.toml", "chassis", "tests/chassis", "tests/support"]
CUT_OFF = "timeout graceful shutdown exceeded"
FOR_EVER = "600"


@pytest.fixture
def env(database_url: str) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "LOG_FORMAT": "json",
        "SERVER_GRACEFUL_TIMEOUT": FOR_EVER,
        "SERVER_DRAIN_SECONDS": FOR_EVER,
    }


def pids(served: Served) -> list[int]:
    """Of all processes that have served so far; the last one does."""
    return [int(number) for number in re.findall(r"Started server process \[(\d+)\]", served.log())]


@contextmanager
def stream(served: Served) -> Iterator[Iterator[str]]:
    """One that does not end by itself, and has begun."""
    with httpx.stream("GET", f"{served.url}/deaf-events", timeout=PATIENCE) as response:
        lines = response.iter_lines()
        assert next(lines) == "data: tick"
        yield lines


def exhausted(lines: Iterator[str]) -> bool:
    try:
        return all(line in {"data: tick", ""} for line in lines)
    except httpx.TransportError:
        return True


def test_an_open_stream_does_not_hold_up_a_saved_file(env: dict[str, str], tmp_path: Path) -> None:
    for name in COPIED:
        source, target = PROJECT / name, tmp_path / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        target.parent.mkdir(exist_ok=True)
        copy(source, target)
    module = tmp_path / "tests/chassis/served_app.py"
    with serving(APP, env={**env, "PYTHONPATH": str(tmp_path)}, reload=True) as served:
        with stream(served) as lines:
            saved = module.read_text().replace('"/slow"', '"/renamed"')
            module.write_text(saved)
            assert exhausted(lines)

        assert until(lambda: served.get("/slow?seconds=0").status_code == 404)
        assert served.get("/renamed?seconds=0").json() == "done"
        assert len(pids(served)) == 2

    assert CUT_OFF not in served.log()
    assert "Traceback" not in served.log()


def test_a_request_in_progress_is_answered_before_the_reload(env: dict[str, str]) -> None:
    serving_reloaded = serving(APP, env=env, reload=True, measured=True)
    with serving_reloaded as served, ThreadPoolExecutor() as threads:
        address = f"{served.url}/slow?seconds=0.7"
        request = threads.submit(httpx.get, address, timeout=PATIENCE)
        assert until(lambda: served.lines("slow request begun"))
        with stream(served) as lines:
            os.kill(pids(served)[-1], signal.SIGTERM)
            assert exhausted(lines)

        assert (request.result().status_code, request.result().json()) == (200, "done")
        assert until(lambda: len(pids(served)) == 2)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_process_that_was_killed_is_started_again(
    env: dict[str, str], number: signal.Signals
) -> None:
    with serving(APP, env=env, reload=True) as served:
        os.kill(pids(served)[-1], number)

        assert until(lambda: len(pids(served)) == 2)
        assert served.get("/health/live").status_code == 200
        assert f"{number.name} ended the process. Starting it again." in served.log()


def test_ctrl_c_ends_both_at_once_although_a_stream_is_open(env: dict[str, str]) -> None:
    with serving(APP, env=env, reload=True) as served, stream(served) as lines:
        os.killpg(served.process.pid, signal.SIGINT)
        assert exhausted(lines)
        served.wait()

    assert CUT_OFF not in served.log()
    assert len(pids(served)) == 1


class Process:
    """As a supervisor sees its child."""

    def __init__(self, exitcode: int | None = None, *, heeds_sigterm: bool = True) -> None:
        self.exitcode = exitcode
        self.heeds_sigterm = heeds_sigterm
        self.killed = False

    def start(self) -> None:
        """It runs."""

    def terminate(self) -> None:
        if self.heeds_sigterm:
            self.exitcode = -signal.SIGTERM

    def kill(self) -> None:
        self.killed = True
        self.exitcode = -signal.SIGKILL

    def join(self, timeout: float | None = None) -> None:
        assert timeout is not None or self.exitcode is not None, "it waits for ever"


@pytest.fixture
def supervisor(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(basereload, "get_subprocess", lambda **_: Process())
    monkeypatch.setattr(ReloadedProcess.__base__, "should_restart", lambda _: None)
    return ReloadedProcess(uvicorn.Config(APP, reload=True), target=lambda _: None, sockets=[])


def test_a_process_that_failed_waits_for_a_file_to_be_saved(supervisor: Any) -> None:
    for exitcode in (0, 1, 3):
        supervisor.process = failed = Process(exitcode)

        supervisor.should_restart()
        assert supervisor.process is failed


def test_one_that_was_killed_at_the_end_is_not_started_again(supervisor: Any) -> None:
    supervisor.process = killed = Process(-signal.SIGINT)
    supervisor.should_exit.set()

    supervisor.should_restart()
    assert supervisor.process is killed


@pytest.mark.parametrize("end", ["restart", "shutdown"])
def test_a_process_that_does_not_stop_is_killed(supervisor: Any, end: str) -> None:
    supervisor.process = hanging = Process(heeds_sigterm=False)

    getattr(supervisor, end)()

    assert hanging.killed
    assert (supervisor.process is hanging) is (end == "shutdown")
