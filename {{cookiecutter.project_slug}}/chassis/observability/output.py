"""Where log lines go in production: gathered during one turn of the event loop, written at once.

A write costs as much as making the line. Under load many lines share one; an idle service writes
each as soon as its request is done.
"""

import asyncio
import atexit
from collections import deque
from io import TextIOBase
from threading import Lock
from typing import TextIO


class LineLogger:
    """What structlog writes through: a line, and no flush after it."""

    def __init__(self, buffer: "LineBuffer") -> None:
        self._buffer = buffer

    def msg(self, line: str) -> None:
        self._buffer.write(line + "\n")

    debug = info = warning = error = critical = msg


class LineBuffer(TextIOBase):
    """From a thread, or without an event loop, a line is written immediately."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lines: deque[str] = deque()
        self._scheduled_in: asyncio.AbstractEventLoop | None = None
        self._writing = Lock()
        atexit.register(self.flush)

    def write(self, line: str) -> int:
        self._lines.append(line)
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.flush()
        else:
            if self._scheduled_in is not loop:
                self._scheduled_in = loop
                loop.call_soon(self.flush)
        return len(line)

    def flush(self) -> None:
        with self._writing:
            self._scheduled_in = None
            if self._lines:
                self._stream.write("".join(self._lines.popleft() for _ in range(len(self._lines))))
                self._stream.flush()
