"""Refuses clients that ask too often."""

from ipaddress import IPv6Address, IPv6Network
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.auth.guards import authentication_of
from chassis.problems import Problem, RateLimitExceeded
from chassis.web.errors.problem_response import problem_response
from chassis.web.middleware.exchange import Exchange
from chassis.web.rate_limits.standing import Standing
from chassis.web.routing.matched_route import first_segment

if TYPE_CHECKING:
    from chassis.web.rate_limits.limiter import RateLimiter

MAX_LENGTH = 100
EXEMPT = {"health", "metrics", "docs", "openapi.json"}


class RateLimitMiddleware:
    """Counts each request, and each handshake, against the limit of its route.

    Tells every client where it stands.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"} or first_segment(scope) in EXEMPT:
            await self.app(scope, receive, send)
            return
        limiter: RateLimiter = scope["app"].state["rate_limiter"]
        standing = await limiter.hit(scope, await _caller(scope))
        if standing is None:
            await self.app(scope, receive, send)
        elif not standing.allowed:
            await problem_response(_problem(standing), scope)(scope, receive, send)
        else:
            exchange, send = Exchange.of(scope, send)
            exchange.headers += standing.headers()
            await self.app(scope, receive, send)


def _problem(standing: Standing) -> RateLimitExceeded:
    return RateLimitExceeded(
        f"The limit is {standing.policy.limit}.",
        retry_after=standing.reset,
        headers={name.decode(): value.decode() for name, value in standing.headers()},
    )


async def _caller(scope: Scope) -> str:
    """Who calls, wherever from; else the address, also of a credential that is not valid."""
    try:
        principal = await authentication_of(scope).principal(scope)
    except Problem:  # a guard says so, if there is one
        principal = None
    return client_of(scope) if principal is None else principal.key


def client_of(scope: Scope) -> str:
    """The address that counts as one client; a network in IPv6, where each has billions."""
    host: str = scope["client"][0] if scope.get("client") else ""
    if ":" not in host:
        return host
    try:
        address = IPv6Address(host)
    except ValueError:  # what a proxy forwarded
        return host[:MAX_LENGTH]
    return str(address.ipv4_mapped or IPv6Network((int(address), 64), strict=False))
