"""What signals do to a running service.

SIGTERM drains it first; a second one, and SIGQUIT, stop it at once; SIGINT (Ctrl-C) does not drain.
A worker gets SIGTERM twice when its whole process group does, so only SIGQUIT stops it at once.
"""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from multiprocessing import parent_process
from threading import Thread, current_thread, main_thread
from types import FrameType

import structlog
import uvicorn

from chassis.web.serving.drain import Drain

MOMENT = 0.2
"""Seconds in which a stream ends by itself, if it heeds the drain."""
AT_ONCE = getattr(signal, "SIGQUIT", signal.SIGTERM)  # Windows has none


@contextmanager
def stopping_on_signals(drain: Drain, seconds: float) -> Iterator[None]:
    """Until the block ends, and only in a process that is uvicorn's: in tests, nothing happens."""
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    if not isinstance(server, uvicorn.Server) or current_thread() is not main_thread():
        yield
        return
    stop = _Stop(server, drain, seconds)
    handlers = {signal.SIGINT: stop.now, AT_ONCE: stop.at_once, signal.SIGTERM: stop.soon}
    former = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    _stop_with_parent()
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


class _Stop:
    """The handlers. They run between any two instructions, so they leave work to the loop."""

    def __init__(self, server: uvicorn.Server, drain: Drain, seconds: float) -> None:
        self._server, self._drain = server, drain
        self._is_reloaded = server.config.should_reload
        self._seconds = 0 if self._is_reloaded else seconds
        self._loop = asyncio.get_running_loop()
        # Not the context of the request that a signal interrupts, whose ID the log would tell.
        self._context = copy_context()
        self._is_worker = parent_process() is not None
        self._asked = False

    def soon(self, number: int, frame: FrameType | None) -> None:
        if self._asked and not self._is_worker:
            self.at_once(number, frame)
        else:
            self._asked = True
            self._do(self._begin)

    def now(self, number: int, frame: FrameType | None) -> None:
        self._do(self._tell)
        self._server.handle_exit(number, frame)

    def at_once(self, _number: int, frame: FrameType | None) -> None:
        self._do(self._drain.cut_off)
        self._server.handle_exit(signal.SIGTERM, frame)

    def _do(self, what: Callable[[], None]) -> None:
        self._loop.call_soon_threadsafe(what, context=self._context)

    def _begin(self) -> None:
        if self._drain.is_set():
            return
        self._tell()
        self._loop.call_later(self._seconds, self._server.handle_exit, signal.SIGTERM, None)
        structlog.get_logger().info("stopping", drain_seconds=self._seconds)  # may fail: last

    def _tell(self) -> None:
        self._drain.begin()
        if self._is_reloaded:  # who has saved a file does not wait for the end of a stream
            self._loop.call_later(MOMENT, self._hang_up)

    def _hang_up(self) -> None:
        """As if the client had, whose stream goes on: the handler hears of that quietly."""
        for connection in list(self._server.server_state.connections):
            cycle = getattr(connection, "cycle", None)
            if cycle is not None and cycle.response_started and not cycle.response_complete:
                connection.transport.close()


def _stop_with_parent() -> None:
    """A worker whose parent was killed would hold the port for ever."""
    if (parent := parent_process()) is not None:

        def wait() -> None:
            parent.join()
            os.kill(os.getpid(), signal.SIGTERM)

        Thread(target=wait, daemon=True).start()
