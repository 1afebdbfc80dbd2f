"""A loop in a thread: it starts, refuses what would wait for ever, and ends with its resource."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from types import CodeType

import pytest

from chassis.database.sync.loop_thread import CannotWaitError, LoopThread
from tests.support.eventually import eventually
from tests.support.serving import PATIENCE


@asynccontextmanager
async def resource(seen: list[str], *, fails: str = "") -> AsyncIterator[str]:
    if fails == "opening":
        raise OSError(fails)
    yield "it"
    seen.append("closed")
    if fails == "closing":
        raise OSError(fails)


async def name_of_thread() -> str:
    return threading.current_thread().name


@pytest.fixture
def seen() -> list[str]:
    return []


@pytest.fixture
def loop_thread(seen: list[str]) -> Iterator[LoopThread[str]]:
    loop_thread = LoopThread(resource(seen))
    yield loop_thread
    loop_thread.close()


def test_work_is_done_in_the_thread(loop_thread: LoopThread[str]) -> None:
    assert loop_thread.held == "it"
    assert loop_thread.wait_for(name_of_thread()) == "database"


def test_what_opening_raises_is_raised(seen: list[str]) -> None:
    with pytest.raises(OSError, match="opening"):
        LoopThread(resource(seen, fails="opening"))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_closing_raises_ends_the_thread(seen: list[str]) -> None:
    loop_thread = LoopThread(resource(seen, fails="closing"))

    loop_thread.close()

    assert seen == ["closed"]
    with pytest.raises(CannotWaitError, match="it is closed"):
        loop_thread.wait_for(name_of_thread())


def test_in_an_event_loop_it_is_refused(loop_thread: LoopThread[str]) -> None:
    async def ask() -> str:
        return loop_thread.wait_for(name_of_thread())

    with pytest.raises(CannotWaitError, match="use Database here"):
        loop_thread.wait_for(ask())


def test_in_a_fork_it_is_refused_and_nothing_hangs(
    loop_thread: LoopThread[str], seen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = os.getpid()
    with monkeypatch.context() as fork:
        fork.setattr(os, "getpid", lambda: parent + 1)
        with pytest.raises(CannotWaitError, match="post_worker_init"):
            loop_thread.wait_for(name_of_thread())
        loop_thread.close()

    assert seen == []


def test_work_ends_when_a_signal_ends_the_wait_for_it(loop_thread: LoopThread[str]) -> None:
    cancelled, waiter = threading.Event(), threading.get_ident()

    def doing() -> CodeType:
        return sys._current_frames()[waiter].f_code

    async def endless() -> None:
        await eventually(doing, wanted=threading.Condition.wait.__code__.__eq__)
        os.kill(os.getpid(), signal.SIGINT)
        try:
            await asyncio.sleep(3_600)
        finally:
            cancelled.set()

    with pytest.raises(KeyboardInterrupt):
        loop_thread.wait_for(endless())

    assert cancelled.wait(PATIENCE)
