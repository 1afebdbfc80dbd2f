"""The methods of HTTP: what a client makes up besides must not become a label."""

METHODS = frozenset(
    {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"}
)
HANDSHAKE = "GET"
"""Of a WebSocket (RFC 6455, 4.1); ASGI does not say it."""


def known_method(method: str, other: str) -> str:
    return method if method in METHODS else other
