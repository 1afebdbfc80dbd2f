"""Gives each request an ID that its response, its log lines and its problems carry."""

import re
from collections.abc import Awaitable
from contextvars import copy_context
from random import getrandbits

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.web.middleware.exchange import Exchange

# Anything else could forge log lines or break out of wherever the ID is shown.
ACCEPTED = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class RequestIDMiddleware:
    """Keeps a sane `X-Request-ID` of the client, replaces any other."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] not in {"http", "websocket"}:
            return self.app(scope, receive, send)
        sent_id = _given_id(scope) or b"%032x" % getrandbits(128)
        request_id = scope.setdefault("state", {})["request_id"] = sent_id.decode()
        # Nothing may be left of the last one, where a server serves several in one context.
        if copy_context():
            structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        exchange, send = Exchange.of(scope, send)
        exchange.headers.append((b"x-request-id", sent_id))
        return self.app(scope, receive, send)


def _given_id(scope: Scope) -> bytes | None:
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            return value if ACCEPTED.fullmatch(value) else None
    return None
