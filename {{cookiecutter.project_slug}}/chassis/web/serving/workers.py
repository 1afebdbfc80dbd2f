"""Several processes on one port: uvicorn's supervisor, and how it stops."""

import os
import signal
import time
from contextlib import suppress
from typing import cast

import uvicorn
from uvicorn.supervisors import Multiprocess

from chassis.web.serving.listening import Listener
from chassis.web.serving.server import tell
from chassis.web.serving.signals import AT_ONCE

POLL = 0.1


class WorkerProcesses(Multiprocess):
    """Passes on a second SIGTERM, and leaves the port to the workers while they drain."""

    @classmethod
    def run_all(cls, config: uvicorn.Config, listener: Listener) -> None:
        tell(listener)
        cls(config, sockets=listener.sockets).run()

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
