"""One request and its response, as all middleware sees them: one wrapper of `send` does for all."""

from collections.abc import Awaitable, Callable

from starlette.types import Message, Receive, Scope, Send

Header = tuple[bytes, bytes]
UNANSWERED = 500
"""What the server sends for a response that never started."""
ACCEPTED = 101
FORBIDDEN = 403
ABNORMAL = 1006
"""RFC 6455, 7.1.5: the connection was lost without a close frame."""
FAILURES = {1011, 1013}


class Exchange:
    """Made by the middleware that a request meets first; those inside of it add to the same."""

    __slots__ = ("at_start", "failed_late", "headers", "is_complete", "status")

    def __init__(self) -> None:
        self.status = 0
        """Zero until the response starts."""
        self.is_complete = False
        """Whether the client has been sent the whole response."""
        self.failed_late = False
        """Whether something failed after that, such as a background task."""
        self.headers: list[Header] = []
        """Sent with whatever response there is."""
        self.at_start: list[Callable[[list[Header]], None]] = []
        """Called when the response starts, with its headers, which may be changed."""

    @property
    def failed(self) -> bool:
        """Whether it failed in a way that the status does not tell."""
        return self.failed_late

    @classmethod
    def of(cls, scope: Scope, send: Send) -> tuple["Exchange", Send]:
        """The exchange, and the `send` to pass on."""
        exchange: Exchange | None = scope.get("exchange")
        if exchange is not None:
            return exchange, send
        exchange = SocketExchange() if scope.get("type") == "websocket" else cls()
        scope["exchange"] = exchange
        scope["service"] = scope.get("app")  # now: a mounted application takes its place
        return exchange, exchange.noting(send)

    def noting(self, send: Send) -> Send:
        # `send` is no attribute: what a scope leads to must not lead back to it, else each request
        # is garbage that only the collector finds.
        def send_and_note(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                self._start(message)
            elif message["type"] == "http.response.body" and not message.get("more_body"):
                self.is_complete = True
            return send(message)

        return send_and_note

    def _start(self, message: Message) -> None:
        self.status = message["status"]
        headers = message["headers"] = [*message.get("headers", ()), *self.headers]
        for change in self.at_start:
            change(headers)


class SocketExchange(Exchange):
    """A WebSocket: `status` is that of its handshake, and it has an end."""

    __slots__ = ("at_accept", "close_code", "closed_here", "lost")

    def __init__(self) -> None:
        super().__init__()
        self.at_accept: list[Callable[[], None]] = []
        """Called when it is accepted, which is no response: `at_start` is not for it."""
        self.close_code: int | None = None
        """None while it is open."""
        self.closed_here = False
        """Whether the application closed it, not the client or the server."""
        self.lost: OSError | None = None
        """What `send` raised when the client had gone: ASGI leaves the class to the server."""

    @property
    def is_open(self) -> bool:
        return self.status == ACCEPTED and self.close_code is None and self.lost is None

    @property
    def failed(self) -> bool:
        """Whether it ended by a failure of the service."""
        return self.closed_here and self.close_code in FAILURES

    @property
    def end(self) -> int | None:
        """The close code, of either side; None of a handshake that was not accepted."""
        return (self.close_code or ABNORMAL) if self.status == ACCEPTED else None

    def noting(self, send: Send) -> Send:
        async def send_and_note(message: Message) -> None:
            kind = message["type"]
            if kind == "websocket.accept":
                self._accept(message)
            elif kind == "websocket.http.response.start":
                self._start(message)
            try:
                await send(message)
            except OSError as error:
                self.lost = error
                raise
            if kind == "websocket.accept":
                self.status = ACCEPTED
            elif kind == "websocket.close" and not self.status:
                self.status = FORBIDDEN  # the specification of ASGI says so
            elif kind == "websocket.close" and self.close_code is None:
                self.close_code, self.closed_here = message.get("code", 1000), True

        return send_and_note

    def _accept(self, message: Message) -> None:
        message["headers"] = [*message.get("headers", ()), *self.headers]
        for call in self.at_accept:
            call()

    def hearing(self, receive: Receive) -> Receive:
        """Notes the end when the application hears of it."""

        async def receive_and_note() -> Message:
            message = await receive()
            if message["type"] == "websocket.disconnect" and self.is_open:
                self.close_code = message.get("code", 1005)
            return message

        return receive_and_note
