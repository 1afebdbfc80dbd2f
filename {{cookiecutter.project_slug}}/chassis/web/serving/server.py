"""uvicorn, with what it lacks: see each class."""

import logging
import sys
from multiprocessing import parent_process
from socket import socket
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.config import STARTUP_FAILURE

from chassis.settings.faults import SettingsError
from chassis.web.serving.listening import CannotListenError, Listener

LOCAL = "127.0.0.1"

log = logging.getLogger("uvicorn.error")


def tell(listener: Listener) -> None:
    log.info("Uvicorn running on %s (Press CTRL+C to quit)", listener.told)


class ServiceConfig(uvicorn.Config):
    """What is loaded in each process.

    A worker that cannot make the application ends for good: uvicorn would start it again and again.
    """

    def __init__(self, *arguments: Any, is_local: bool, **options: Any) -> None:
        """For a Unix socket `is_local`: its clients have no address to trust a proxy by."""
        super().__init__(*arguments, **options)
        self.is_local = is_local

    def load(self) -> None:
        try:
            super().load()
        except SettingsError as error:
            if parent_process() is None:
                raise
            sys.stderr.write(f"{error}\n")
            sys.exit(STARTUP_FAILURE)
        except (Exception, SystemExit):
            if self.workers == 1:
                raise
            log.exception("The application cannot be made.")
            sys.exit(STARTUP_FAILURE)
        if self.is_local:
            self.loaded_app = FromThisMachine(self.loaded_app)


class FromThisMachine:
    """Stands before what believes a proxy's `X-Forwarded-For`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan" and scope.get("client") is None:
            scope["client"] = (LOCAL, 0)
        await self.app(scope, receive, send)


class SingleServer(uvicorn.Server):
    """One process alone. Lets go of the listener before the signal that ends it is raised again."""

    def __init__(self, config: uvicorn.Config, listener: Listener) -> None:
        super().__init__(config)
        self._listener = listener

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        try:
            self._listener.listen()
        except CannotListenError:
            await self.lifespan.shutdown()
            raise
        tell(self._listener)

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        await super().shutdown(sockets)
        self._listener.close()
