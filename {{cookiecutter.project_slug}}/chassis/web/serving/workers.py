"""Several processes on one port: uvicorn's supervisor, and how it stops."""

import logging
import os
import signal
import sys
import time
from contextlib import suppress
from typing import cast

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from chassis.web.serving.listening import Listener
from chassis.web.serving.server import tell
from chassis.web.serving.signals import AT_ONCE

POLL = 0.1
ANSWER = 1.0
"""Seconds in which a worker says whether it serves; one that is only about to is asked again."""

log = logging.getLogger("uvicorn.error")


class WorkerProcesses(Multiprocess):
    """Passes on a second SIGTERM, and leaves the port to the workers while they drain.

    Where all end before any has served, it ends too: the next ones would do the same.
    """

    has_served = is_hopeless = False

    @classmethod
    def run_all(cls, config: uvicorn.Config, listener: Listener) -> None:
        """Raises CannotListenError; SystemExit where a worker cannot serve."""
        listener.listen()
        tell(listener)
        workers = cls(config, sockets=listener.sockets)
        workers.run()
        if workers.is_hopeless or STARTUP_FAILURE in [it.exitcode for it in workers.processes]:
            sys.exit(STARTUP_FAILURE)

    def keep_subprocess_alive(self) -> None:
        alive = [worker for worker in self.processes if worker.process.is_alive()]
        self.has_served = self.has_served or any(worker.is_ready(ANSWER) for worker in alive)
        if self.has_served:
            super().keep_subprocess_alive()
        elif not alive:  # else those that still start will tell whether others could serve
            log.error("Every worker ended before it served; stopping.")
            self.is_hopeless = True
            self.should_exit.set()

    def terminate_all(self) -> None:
        self.signal_queue.clear()
        super().terminate_all()
        for listener in self.sockets:  # else who connects after the last worker waits for nobody
            listener.close()

    def join_all(self) -> None:
        while any(worker.process.is_alive() for worker in self.processes):
            if signal.SIGTERM in self.signal_queue:
                self.signal_queue.clear()
                self._stop_at_once()
            time.sleep(POLL)
        super().join_all()

    def _stop_at_once(self) -> None:
        for worker in self.processes:
            with suppress(ProcessLookupError):
                os.kill(cast("int", worker.pid), AT_ONCE)
