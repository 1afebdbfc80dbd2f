"""Headers that tell a browser to treat every response as data, never as a page of ours."""

from collections.abc import Awaitable

from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.web.middleware.exchange import Exchange, Header

# https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html#security-headers
HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
]
NAMES = frozenset(name for name, _ in HEADERS)
# RFC 6797 wants it on HTTPS alone.
ONLY_HTTPS = (b"strict-transport-security", b"max-age=31536000")


class SecurityHeadersMiddleware:
    """Adds what a response does not set itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] not in {"http", "websocket"}:
            return self.app(scope, receive, send)
        exchange, send = Exchange.of(scope, send)
        exchange.at_start.append(add_defaults)
        if scope.get("scheme") in {"https", "wss"}:
            exchange.headers.append(ONLY_HTTPS)
        return self.app(scope, receive, send)


def add_defaults(headers: list[Header]) -> None:
    own = [name for name, _ in headers if name in NAMES]
    headers += [item for item in HEADERS if item[0] not in own] if own else HEADERS
