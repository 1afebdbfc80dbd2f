"""Refuses requests that are too large, or packed, before anything is done for them."""

from collections.abc import Awaitable

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.problems import (
    ContentTooLarge,
    HeadersTooLarge,
    Problem,
    UnsupportedMediaType,
    UriTooLong,
)
from chassis.web.errors.problem_response import problem_response
from chassis.web.routing.body_rules import BodyRules
from chassis.web.routing.matched_route import path_in_service
from chassis.web.routing.route_table import method_of

MAX_URI_BYTES = 8_192
UNPACKED = {b"", b"identity"}


class LimitsMiddleware:
    """Checks what is announced at once, and counts a body that does not say how long it is."""

    def __init__(self, app: ASGIApp, *, max_body_bytes: int, max_header_bytes: int) -> None:
        """`max_body_bytes` of routes without a `max_body_size` of their own."""
        self.app = app
        self.max_header_bytes = max_header_bytes
        self.bodies = BodyRules(max_body_bytes)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] not in {"http", "websocket"}:
            return self.app(scope, receive, send)
        if (problem := self._announced(scope)) is not None:
            return problem_response(problem, scope)(scope, receive, send)
        if scope["type"] == "websocket":  # the server counts the bytes of its messages
            return self.app(scope, receive, send)
        app = scope["app"]  # now: a mounted application takes its place
        limit, read = self.bodies.surely_allowed, 0

        async def receive_counted() -> Message:
            nonlocal limit, read
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit and read > (limit := self.bodies.limit_at(*_asked(scope, app))):
                # The one exception that FastAPI lets pass while it reads a body.
                raise HTTPException(413, f"The limit is {limit} bytes.")
            return message

        return self.app(scope, receive_counted, send)

    def _announced(self, scope: Scope) -> Problem | None:
        path = scope.get("raw_path") or scope["path"]
        if len(path) + len(scope["query_string"]) > MAX_URI_BYTES:
            scope["path"] = scope["path"][:100]  # neither the answer nor the log repeats it
            return UriTooLong(f"The limit is {MAX_URI_BYTES} bytes.")
        header_bytes = body_bytes = 0
        is_packed = False
        for name, value in scope["headers"]:
            header_bytes += len(name) + len(value)
            if name == b"content-length" and value.isdigit():
                body_bytes = int(value[:18])  # beyond any limit already; int() refuses thousands
            elif name == b"content-encoding":
                is_packed = is_packed or value.strip().lower() not in UNPACKED
        if header_bytes > self.max_header_bytes:
            return HeadersTooLarge(f"The limit is {self.max_header_bytes} bytes.")
        return self._too_large(scope, body_bytes) or (self._packed(scope) if is_packed else None)

    def _too_large(self, scope: Scope, body_bytes: int) -> Problem | None:
        if body_bytes <= self.bodies.surely_allowed:
            return None
        limit = self.bodies.limit_at(*_asked(scope, scope["app"]))
        return ContentTooLarge(f"The limit is {limit} bytes.") if body_bytes > limit else None

    def _packed(self, scope: Scope) -> Problem | None:
        """RFC 9110, 15.5.16. A route that reads the stream itself may unpack it."""
        if not self.bodies.at(*_asked(scope, scope["app"])).is_parsed:
            return None
        detail = "Send the body as it is, without Content-Encoding."
        return UnsupportedMediaType(detail, headers={"Accept-Encoding": "identity"})


def _asked(scope: Scope, app: FastAPI) -> tuple[FastAPI, str, str]:
    return app, path_in_service(scope), method_of(scope)
