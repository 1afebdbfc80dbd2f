"""`/.well-known/jwks.json`: the keys with which others verify the service's own tokens."""

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chassis.auth.guards import authentication_of, public
from chassis.settings.auth import AuthSettings

PATH = "/.well-known/jwks.json"
MAX_AGE = 300
"""Seconds. A new key is told this long before it signs: docs/who-calls.md, how to rotate."""


def serve_jwks(app: FastAPI, settings: AuthSettings) -> None:
    """Where a key of the service has a public half; what is secret on both sides has none."""
    if settings.has_public_keys:
        app.router.routes.append(Route(PATH, keys, include_in_schema=False))


@public
async def keys(request: Request) -> Response:
    issuer = authentication_of(request.scope).issuer
    content = {"keys": []} if issuer is None else issuer.jwks()
    headers = {"Cache-Control": f"public, max-age={MAX_AGE}"}
    return JSONResponse(content, headers=headers, media_type="application/jwk-set+json")
