"""Refuses requests that are too large, before anything is done for them."""

from collections.abc import Awaitable

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.problems import ContentTooLarge, HeadersTooLarge, Problem, UriTooLong
from app.web.problem_response import problem_response

MAX_URI_BYTES = 8_192


class LimitsMiddleware:
    """Checks what is announced at once, and counts a body that does not say how long it is."""

    def __init__(self, app: ASGIApp, *, max_body_bytes: int, max_header_bytes: int) -> None:
        self.app = app
        self.max_body_bytes = max_body_bytes
        self.max_header_bytes = max_header_bytes

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] not in {"http", "websocket"}:
            return self.app(scope, receive, send)
        if (problem := self._announced(scope)) is not None:
            return problem_response(problem, scope)(scope, receive, send)
        if scope["type"] == "websocket":  # the server counts the bytes of its messages
            return self.app(scope, receive, send)
        read = 0

        async def receive_counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self.max_body_bytes:
                # The one exception that FastAPI lets pass while it reads a body.
                raise HTTPException(413)
            return message

        return self.app(scope, receive_counted, send)

    def _announced(self, scope: Scope) -> Problem | None:
        path = scope.get("raw_path") or scope["path"]
        if len(path) + len(scope["query_string"]) > MAX_URI_BYTES:
            scope["path"] = scope["path"][:100]  # neither the answer nor the log repeats it
            return UriTooLong(f"The limit is {MAX_URI_BYTES} bytes.")
        header_bytes = body_bytes = 0
        for name, value in scope["headers"]:
            header_bytes += len(name) + len(value)
            if name == b"content-length" and value.isdigit():
                body_bytes = int(value[:18])  # beyond any limit already; int() refuses thousands
        if header_bytes > self.max_header_bytes:
            return HeadersTooLarge(f"The limit is {self.max_header_bytes} bytes.")
        if body_bytes > self.max_body_bytes:
            return ContentTooLarge(f"The limit is {self.max_body_bytes} bytes.")
        return None
