"""Answers HEAD wherever GET is answered (RFC 9110, section 9.3.2), which FastAPI leaves out."""

from collections.abc import Awaitable

from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send

ANSWERS_HEAD = "answers_head"
"""In the scope, so that a 405 can name HEAD."""


class HeadMiddleware:
    """The innermost: routes see GET, unless one of them asks for HEAD; the server cuts the body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "http":
            scope[ANSWERS_HEAD] = True
            if scope["method"] == "HEAD" and not _is_routed(scope):
                return self._get(scope, receive, send)
        return self.app(scope, receive, send)

    async def _get(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = {**scope, "method": "GET"}
        try:
            await self.app(asked, receive, send)
        finally:
            scope.update(asked, method="HEAD")  # what was matched, for those outside


def _is_routed(scope: Scope) -> bool:
    routes = scope["app"].router.routes
    return any(route.matches(dict(scope))[0] is Match.FULL for route in routes)
