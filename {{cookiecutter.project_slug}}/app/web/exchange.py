"""One request and its response, as all middleware sees them: one wrapper of `send` does for all."""

from collections.abc import Awaitable, Callable

from starlette.types import Message, Scope, Send

Header = tuple[bytes, bytes]
UNANSWERED = 500
"""What the server sends for a response that never started."""


class Exchange:
    """Made by the middleware that a request meets first; those inside of it add to the same."""

    __slots__ = ("at_start", "headers", "status")

    def __init__(self) -> None:
        self.status = 0
        """Zero until the response starts."""
        self.headers: list[Header] = []
        """Sent with whatever response there is."""
        self.at_start: list[Callable[[list[Header]], None]] = []
        """Called when the response starts, with its headers, which may be changed."""

    @classmethod
    def of(cls, scope: Scope, send: Send) -> tuple["Exchange", Send]:
        """The exchange, and the `send` to pass on."""
        exchange: Exchange | None = scope.get("exchange")
        if exchange is not None:
            return exchange, send
        exchange = scope["exchange"] = cls()
        return exchange, exchange.noting(send)

    def noting(self, send: Send) -> Send:
        # `send` is no attribute: what a scope leads to must not lead back to it, else each request
        # is garbage that only the collector finds.
        def send_and_note(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                self._start(message)
            return send(message)

        return send_and_note

    def _start(self, message: Message) -> None:
        self.status = message["status"]
        headers = message["headers"] = [*message.get("headers", ()), *self.headers]
        for change in self.at_start:
            change(headers)
