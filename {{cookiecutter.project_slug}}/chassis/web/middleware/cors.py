"""Which browser pages may call: Starlette's CORS, and the headers that this service understands."""

from collections.abc import Sequence

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from chassis.settings.groups import CorsSettings

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
UNDERSTOOD = [
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "X-Request-ID",
    "traceparent",
    "tracestate",
]
TOLD = [
    "ETag",
    "Idempotent-Replayed",
    "Link",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "WWW-Authenticate",
    "X-Request-ID",
    "X-Response-Time",
    "traceresponse",
]


def cors(
    settings: CorsSettings, *, understood: Sequence[str] = (), told: Sequence[str] = ()
) -> Middleware:
    """With headers of the service's own: what a script may send, what it may read."""
    return Middleware(
        CORSMiddleware,
        allow_origins=settings.origins,
        allow_credentials=settings.credentials,
        allow_methods=METHODS,
        allow_headers=[*UNDERSTOOD, *understood],
        expose_headers=[*TOLD, *told],
    )
