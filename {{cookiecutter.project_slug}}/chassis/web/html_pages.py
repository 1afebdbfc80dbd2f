"""Pages for browsers: with a policy of their own, where that of data forbids all that they do.

`SecurityHeadersMiddleware` gives every response that has no `Content-Security-Policy` the one of
data. See docs/pages.md.
"""

from collections.abc import Awaitable, Sequence
from typing import Any

from fastapi import Depends
from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.web.middleware.exchange import Exchange, Header

OWN_FILES = (
    "default-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self';"
    " frame-ancestors 'none'"
)
"""Scripts, styles and pictures of the service itself, and none that stands in the page."""


def page_policy(policy: str = OWN_FILES) -> Any:
    """For `dependencies=` of a route, a router or an application that answers with pages."""
    headers = Defaults(policy)

    async def set_policy(connection: HTTPConnection) -> None:
        headers.add_to(connection.scope["exchange"])

    return Depends(set_policy)


class Pages:
    """What is mounted, such as `StaticFiles`, with a policy for its pages.

    A browser keeps what it got and asks before it uses it again, which `StaticFiles` answers
    with 304.
    """

    def __init__(
        self, app: ASGIApp, policy: str = OWN_FILES, cache_control: str = "no-cache"
    ) -> None:
        self.app = app
        self._headers = Defaults(policy, cache_control)

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """For limits and logs, which look into what is mounted."""
        routes: Sequence[BaseRoute] = getattr(self.app, "routes", [])
        return routes

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        exchange, send = Exchange.of(scope, send)
        self._headers.add_to(exchange)
        return self.app(scope, receive, send)


class Defaults:
    """Headers of responses that do not set them."""

    def __init__(self, policy: str, cache_control: str | None = None) -> None:
        """A policy may be written on several lines, which a header cannot."""
        one_line = " ".join(policy.split())
        self._headers = [(b"content-security-policy", one_line.encode("ascii"))]
        if cache_control is not None:
            self._headers.append((b"cache-control", cache_control.encode("ascii")))

    def add_to(self, exchange: Exchange) -> None:
        # First of all: what is nearer to the page comes before what is further out.
        exchange.at_start.insert(0, self._add)

    def _add(self, headers: list[Header]) -> None:
        own = {name.lower() for name, _ in headers}
        headers.extend(header for header in self._headers if header[0] not in own)
