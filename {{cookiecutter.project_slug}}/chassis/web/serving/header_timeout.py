"""Closes connections that keep the server waiting for a request; uvicorn itself waits for ever.

Slowloris: a client that sends nothing, or a header a minute, holds a file descriptor and memory.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle


class HeaderTimeoutProtocol(HttpToolsProtocol):
    """For uvicorn's `http=`. A body in progress is the deadline's, an idle connection uvicorn's."""

    def __init__(self, *args: Any, header_timeout: float, **kwargs: Any) -> None:
        """Seconds for the headers, from the connection, then from the first byte of a request."""
        super().__init__(*args, **kwargs)
        self._header_timeout = header_timeout
        self._timer: asyncio.TimerHandle | None = None
        self._upgraded = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def on_headers_complete(self) -> None:
        self._stop_timer()
        super().on_headers_complete()

    def handle_websocket_upgrade(self) -> None:
        self._upgraded = True
        super().handle_websocket_upgrade()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        cycle: RequestResponseCycle | None = self.cycle
        if self._upgraded or self.transport.is_closing() or self._timer is not None:
            return
        if cycle is None or not cycle.response_complete:  # a request is in progress
            return
        if cycle.scope is not self.scope:  # the headers of the next one have begun
            self._start_timer()
        else:  # the rest of a body that nobody read has stopped uvicorn's timer
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def _start_timer(self) -> None:
        self._timer = self.loop.call_later(self._header_timeout, self.transport.close)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
