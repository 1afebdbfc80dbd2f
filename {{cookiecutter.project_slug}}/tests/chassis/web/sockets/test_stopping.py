"""How WebSockets end when the service stops: told to come back, and within bounds."""

import signal
from contextlib import ExitStack

import pytest

from tests.chassis.talking import end_of, talking
from tests.support.serving import until

FOR_EVER = "600"
RESTART = 1012


@pytest.fixture
def env(database_url: str) -> dict[str, str]:
    return {"DATABASE_URL": database_url, "SERVER_GRACEFUL_TIMEOUT": FOR_EVER}


@pytest.mark.parametrize(
    "path",
    [
        *("/ws/echo/1", "/ws/tick", "/ws/two-tasks", "/ws/until-drain"),
        *("/mounted/ws/echo/1", "/mounted/ws/until-drain"),
    ],
)
def test_after_the_drain_it_is_told_that_the_service_restarts(
    env: dict[str, str], path: str
) -> None:
    with talking(**env) as talk, talk.open(path) as socket:
        talk.served.process.send_signal(signal.SIGTERM)

        assert end_of(socket)[0] == RESTART
        talk.served.wait()
        assert talk.line()["level"] == "info"
        assert "Traceback" not in talk.served.log()
        assert "Application shutdown complete" in talk.served.log()


def test_while_the_service_drains_it_goes_on_and_new_ones_are_accepted(
    env: dict[str, str],
) -> None:
    """As requests do: a client that is sent away now may come back to the same copy."""
    with ExitStack() as stack:
        talk = stack.enter_context(talking(**env, SERVER_DRAIN_SECONDS=FOR_EVER))
        old = stack.enter_context(talk.open("/ws/echo/1"))
        talk.served.process.send_signal(signal.SIGTERM)
        assert until(lambda: talk.served.lines("stopping"))

        new = stack.enter_context(talk.open("/ws/echo/2"))
        for socket in (old, new):
            socket.send("still here?")
            assert socket.recv() == "still here?"

        talk.served.stop()  # at once
        assert {end_of(old)[0], end_of(new)[0]} == {RESTART}


def test_one_that_hears_nothing_is_cut_off_in_the_end(env: dict[str, str]) -> None:
    with talking(**env | {"SERVER_GRACEFUL_TIMEOUT": "1"}) as talk:
        with talk.open("/ws/deaf") as socket:
            talk.served.process.send_signal(signal.SIGTERM)
            assert end_of(socket)[0] == RESTART
        talk.served.wait()

        assert talk.line()["problem"] == "/problems/stopping"
        assert "Traceback" not in talk.served.log()
        assert "Application shutdown complete" in talk.served.log()


def test_a_second_sigterm_ends_it_at_once(env: dict[str, str]) -> None:
    with (
        talking(**env, SERVER_DRAIN_SECONDS=FOR_EVER) as talk,
        talk.open("/ws/deaf") as socket,
    ):
        talk.served.process.send_signal(signal.SIGTERM)
        assert until(lambda: talk.served.lines("stopping"))

        talk.served.stop()

        assert end_of(socket) == (RESTART, "/problems/stopping")
        assert talk.line()["close_code"] == RESTART
        assert "Traceback" not in talk.served.log()
