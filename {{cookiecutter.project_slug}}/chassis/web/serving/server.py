"""uvicorn, with what it lacks: see each class."""

import logging
from socket import socket

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.web.serving.listening import Listener

LOCAL = "127.0.0.1"

log = logging.getLogger("uvicorn.error")


def tell(listener: Listener) -> None:
    log.info("Uvicorn running on %s (Press CTRL+C to quit)", listener.told)


class LocalConfig(uvicorn.Config):
    """For a Unix socket: its clients have no address, by which to trust a proxy among them."""

    def load(self) -> None:
        super().load()
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
        tell(self._listener)

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        await super().shutdown(sockets)
        self._listener.close()
