"""Workers that end: before they serve, that is the end of the service; later, another comes."""

import signal
from typing import Any

import httpx
import pytest
import uvicorn
from uvicorn.config import STARTUP_FAILURE

from chassis.web.serving.workers import WorkerProcesses
from tests.chassis.broken_app import UNSETTLED
from tests.support.serving import PATIENCE, STARTED, interpret, serving, until


@pytest.fixture
def env(database_url: str) -> dict[str, str]:
    return {"DATABASE_URL": database_url, "LOG_FORMAT": "json", "DATABASE_WARM_UP": "0"}


@pytest.mark.parametrize(
    ("factory", "told"),
    [
        ("create_app", "RuntimeError: this application cannot be made"),
        ("create_unstartable_app", "RuntimeError: this application cannot start"),
        ("create_killed_app", "Every worker ended before it served; stopping."),
        ("create_nothing", 'Attribute "create_nothing" not found'),
    ],
)
def test_a_worker_that_ends_before_it_served_ends_the_service_with_its_error(
    env: dict[str, str], factory: str, told: str
) -> None:
    command = (f"tests.chassis.broken_app:{factory}", "serve", "--workers=2", "--port=0")
    with interpret(*command, env=env, measured=True) as process:
        output, _ = process.communicate(timeout=PATIENCE)

    assert process.returncode == STARTUP_FAILURE, output
    assert told in output
    assert output.count("Stopping parent process") == 1


@pytest.mark.parametrize("option", ["--workers=2", "--workers=1", "--reload"])
def test_settings_that_the_application_cannot_use_are_told_in_words_alone(
    env: dict[str, str], option: str
) -> None:
    command = ("tests.chassis.broken_app:create_unsettled_app", "serve", option, "--port=0")
    with interpret(*command, env=env, measured=True) as process:
        assert process.stdout
        output = []
        for line in process.stdout:
            output.append(line)
            if UNSETTLED in line and option == "--reload":  # it waits for a file to be saved
                process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)

    assert "The settings cannot be used:\n" in output
    assert f"  {UNSETTLED}\n" in output
    assert "Traceback" not in "".join(output)


def test_so_does_a_process_that_is_alone(env: dict[str, str]) -> None:
    command = ("tests.chassis.broken_app:create_app", "serve", "--port=0")
    with interpret(*command, env=env, measured=True) as process:
        output, _ = process.communicate(timeout=PATIENCE)

    assert process.returncode == 1
    assert "RuntimeError: this application cannot be made" in output


def test_one_that_ends_after_it_served_is_replaced(env: dict[str, str]) -> None:
    with serving("tests.chassis.broken_app:create_leaving_app", env=env, workers=2) as served:
        with pytest.raises(httpx.TransportError):
            served.get("/leave")

        assert until(lambda: served.log().count(STARTED) == 3)
        assert served.get("/health/live").is_success
        assert served.stop() == 0


class StandIn:
    """A worker that is alive or not, and serves or not."""

    def __init__(self, *, alive: bool, serves: bool) -> None:
        self.process = self
        self.pid = 0
        self.exitcode = None if alive else -9
        self.is_ready = lambda _: serves
        self.is_alive = lambda **_: alive
        self.kill = self.join = self.start = lambda: None


@pytest.mark.parametrize(
    ("other", "replaced", "stops"),
    [
        (StandIn(alive=True, serves=False), False, False),
        (StandIn(alive=True, serves=True), True, False),
        (StandIn(alive=False, serves=False), False, True),
    ],
    ids=["starts", "serves", "ended"],
)
def test_whether_one_that_ended_at_once_is_replaced_is_for_the_others_to_tell(
    monkeypatch: pytest.MonkeyPatch, other: StandIn, replaced: bool, stops: bool
) -> None:
    """However long they take to say so."""
    new = StandIn(alive=True, serves=False)
    monkeypatch.setattr("uvicorn.supervisors.multiprocess.Process", lambda *_: new)
    monkeypatch.setattr("uvicorn.supervisors.multiprocess.signal.signal", lambda *_: None)
    workers = WorkerProcesses(uvicorn.Config("no:app", workers=2), sockets=[])
    processes: list[Any] = [StandIn(alive=False, serves=False), other]
    workers.processes = processes

    workers.keep_subprocess_alive()

    assert (new in processes) is replaced
    assert workers.should_exit.is_set() is workers.is_hopeless is stops
