"""Answers HEAD wherever GET is answered (RFC 9110, section 9.3.2), which FastAPI leaves out."""

from collections.abc import Awaitable, Iterable

from starlette.routing import BaseRoute, Match, Mount
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
            if scope["method"] == "HEAD" and not _is_routed(scope["app"].router.routes, scope):
                return self._get(scope, receive, send)
        return self.app(scope, receive, send)

    async def _get(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = {**scope, "method": "GET"}
        try:
            await self.app(asked, receive, send)
        finally:
            scope.update(asked, method="HEAD")  # what was matched, for those outside


def _is_routed(routes: Iterable[BaseRoute], scope: Scope) -> bool:
    """Whether a route asks for HEAD, or nothing but what is mounted answers."""
    answers_get = False
    as_get = {**scope, "method": "GET"}
    for route in routes:
        match, found = route.matches(dict(scope))
        if match is not Match.FULL:
            answers_get = answers_get or route.matches(dict(as_get))[0] is Match.FULL
        elif not isinstance(route, Mount):
            return True
        elif not answers_get:
            return not route.routes or _is_routed(route.routes, {**scope, **found})
    return False
