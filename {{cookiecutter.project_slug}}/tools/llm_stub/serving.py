"""Serves the stub on a socket that it is given, until nobody holds the other end of a pipe."""

import os
import socket
import sys
from threading import Thread

import uvicorn

from tools.llm_stub.application import app


def main(listener: int, alive: int) -> None:
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))

    def wait() -> None:
        os.read(alive, 1)
        server.should_exit = True

    Thread(target=wait, daemon=True).start()
    server.run([socket.socket(fileno=listener)])


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
