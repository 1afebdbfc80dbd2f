"""uvicorn's reload, for a process that does not end, or that has ended by itself."""

import logging
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from chassis.web.serving.listening import Listener
from chassis.web.serving.server import tell

if TYPE_CHECKING:
    from uvicorn.supervisors.basereload import BaseReload as ChangeReload
else:
    from uvicorn.supervisors import ChangeReload

GRACEFUL = 2
"""Seconds that a request in progress gets: whoever saves a file waits for it."""
PATIENCE = 10.0
"""Seconds until a process that does not stop is killed."""

log = logging.getLogger("uvicorn.error")


class ReloadedProcess(ChangeReload):
    @classmethod
    def run_always(cls, config: uvicorn.Config, listener: Listener) -> None:
        """Raises CannotListenError."""
        listener.listen()
        tell(listener)
        cls(config, target=uvicorn.Server(config).run, sockets=listener.sockets).run()

    def should_restart(self) -> list[Path] | None:
        # Who ended by an error would only do so again, until a file is saved.
        number = -(self.process.exitcode or 0)
        if number > 0 and not self.should_exit.is_set():
            log.warning("%s ended the process. Starting it again.", signal.Signals(number).name)
            self.restart()
        return super().should_restart()

    def restart(self) -> None:
        self._end()
        super().restart()

    def shutdown(self) -> None:
        self._end()
        super().shutdown()

    def _end(self) -> None:
        self.process.terminate()
        self.process.join(PATIENCE)
        if self.process.exitcode is None:
            log.warning("The process does not stop, and is killed.")
            self.process.kill()
