"""The middleware, outermost first: what requests pass, and responses on their way back."""

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from app.rate_limiting import rate_limit_middleware
from app.settings import Environment, Settings
from app.telemetry import Telemetry
from app.web.middleware.deadline import DeadlineMiddleware
from app.web.middleware.drain import DrainMiddleware
from app.web.middleware.head import HeadMiddleware
from app.web.middleware.hosts import HostsMiddleware
from app.web.middleware.limits import LimitsMiddleware
from app.web.middleware.logging import LoggingMiddleware
from app.web.middleware.request_id import RequestIDMiddleware
from app.web.middleware.security_headers import SecurityHeadersMiddleware
from app.web.middleware.timing import TimingMiddleware
from app.web.middleware.trace import TraceMiddleware


def middleware(settings: Settings, telemetry: Telemetry) -> list[Middleware]:
    """What a setting has switched off is not in the stack."""
    server = settings.server
    development = settings.environment is Environment.DEVELOPMENT
    return [
        Middleware(DrainMiddleware),
        *([_cors(settings)] if settings.cors.origins else []),
        Middleware(SecurityHeadersMiddleware),
        Middleware(RequestIDMiddleware),
        *telemetry.span_middleware(),
        Middleware(TraceMiddleware),
        *telemetry.metrics_middleware(),
        Middleware(TimingMiddleware),
        Middleware(LoggingMiddleware, warn_of_repeated_queries=development),
        Middleware(DeadlineMiddleware, seconds=server.request_timeout),
        Middleware(
            LimitsMiddleware,
            max_body_bytes=server.max_body_bytes,
            max_header_bytes=server.max_header_bytes,
        ),
        *([] if "*" in server.trusted_hosts else [_hosts(settings)]),
        *rate_limit_middleware(settings),
        Middleware(HeadMiddleware),
    ]


def _hosts(settings: Settings) -> Middleware:
    return Middleware(HostsMiddleware, hosts=settings.server.trusted_hosts)


def _cors(settings: Settings) -> Middleware:
    return Middleware(
        CORSMiddleware,
        allow_origins=settings.cors.origins,
        allow_credentials=settings.cors.credentials,
        allow_methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=[
            "Authorization",
            "Content-Type",
            "Idempotency-Key",
            "If-Match",
            "If-None-Match",
            "X-Request-ID",
            "traceparent",
            "tracestate",
        ],
        expose_headers=[
            "ETag",
            "Idempotent-Replayed",
            "Link",
            "Location",
            "RateLimit",
            "RateLimit-Policy",
            "Retry-After",
            "X-Request-ID",
            "X-Response-Time",
            "traceresponse",
        ],
    )
