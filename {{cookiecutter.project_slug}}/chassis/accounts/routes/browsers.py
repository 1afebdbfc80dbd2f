"""The refresh token in a cookie: no script can read it, and no other site's page can use it."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from chassis.problems import Forbidden

COOKIE = "__Secure-refresh_token"
"""Browsers take one of such a name over HTTPS alone, and from localhost."""
PATH = "/v1/auth/sessions"


def keep_cookie(request: Request, response: Response, token: str, lifetime: int) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=lifetime,
        path=_path(request),
        secure=True,
        httponly=True,
        samesite="strict",
    )


def drop_cookie(request: Request, response: Response) -> None:
    response.delete_cookie(
        COOKIE, path=_path(request), secure=True, httponly=True, samesite="strict"
    )


def require_own_page(request: Request, origins: Sequence[str]) -> None:
    """Raises Forbidden for a request of a page that is neither ours nor of these origins.

    Every browser of today says whose page it is; what does not say it is none, and needs no cookie.
    `*` of CORS_ORIGINS lets anybody read, but not act as the user.
    """
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site")
    same_origin = site == "same-origin" or (site is None and _is_ours(origin, request))
    if not same_origin and (origin is None or origin not in origins):
        message = "This page may not use the cookie."
        raise Forbidden(message)


def _is_ours(origin: str | None, request: Request) -> bool:
    """By its host: a proxy may not tell the scheme."""
    return origin is not None and urlsplit(origin).netloc == request.headers.get("host")


def _path(request: Request) -> str:
    return f"{request.scope.get('root_path', '')}{PATH}"
