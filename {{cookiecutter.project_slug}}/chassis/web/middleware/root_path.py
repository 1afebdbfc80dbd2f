"""Puts the service where its clients see it: below a path that a proxy strips, or keeps.

ASGI has the whole path in `path`, and how much of it is the prefix in `root_path`. FastAPI and
Starlette route, link and document by that. https://asgi.readthedocs.io/en/latest/specs/www.html
"""

from collections.abc import Awaitable

from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.web.middleware.exchange import Exchange, Header

LOCATIONS = {b"location", b"content-location"}


class RootPathMiddleware:
    """The outermost, so that all others see one path, whatever the proxy did to it."""

    def __init__(self, app: ASGIApp, *, root_path: str) -> None:
        """Such as `/shop`; `serve_below` sees to it that no route begins like that."""
        self.app = app
        self.prefix = root_path
        self.raw_prefix = root_path.encode()

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        # A server that has been told a prefix has done all this already.
        if scope["type"] in {"http", "websocket"} and not scope.get("root_path"):
            scope["root_path"] = self.prefix
            if not is_below(scope["path"], self.prefix):
                scope["path"] = self.prefix + scope["path"]
                if scope.get("raw_path"):
                    scope["raw_path"] = self.raw_prefix + scope["raw_path"]
            exchange, send = Exchange.of(scope, send)
            exchange.at_start.append(self._place)
        return self.app(scope, receive, send)

    def _place(self, headers: list[Header]) -> None:
        """What a handler calls `/v1/orders/7`, it means as a path of this service."""
        for number, (name, value) in enumerate(headers):
            if name.lower() in LOCATIONS and self._is_own(value):
                headers[number] = (name, self.raw_prefix + value)

    def _is_own(self, location: bytes) -> bool:
        path = location.decode("latin-1").partition("?")[0].partition("#")[0]
        is_path = path.startswith("/") and not path.startswith("//")  # that is another host
        return is_path and not is_below(path, self.prefix)


def is_below(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(f"{prefix}/")
