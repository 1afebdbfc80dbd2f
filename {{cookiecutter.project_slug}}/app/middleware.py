"""The middleware, outermost first: what requests pass, and responses on their way back."""

from starlette.middleware import Middleware

from app.settings import Settings
from chassis.settings.identity import Environment
from chassis.web.callers.required import AuthRequiredMiddleware
from chassis.web.middleware.cors import cors
from chassis.web.middleware.deadline import DeadlineMiddleware
from chassis.web.middleware.drain import DrainMiddleware
from chassis.web.middleware.head import HeadMiddleware
from chassis.web.middleware.hosts import HostsMiddleware
from chassis.web.middleware.limits import LimitsMiddleware
from chassis.web.middleware.logging import LoggingMiddleware
from chassis.web.middleware.request_id import RequestIDMiddleware
from chassis.web.middleware.root_path import RootPathMiddleware
from chassis.web.middleware.security_headers import SecurityHeadersMiddleware
from chassis.web.middleware.timing import TimingMiddleware
from chassis.web.middleware.trace import TraceMiddleware
from chassis.web.rate_limits.wiring import rate_limit_middleware
from chassis.web.telemetry import Telemetry


def middleware(settings: Settings, telemetry: Telemetry) -> list[Middleware]:
    """What a setting has switched off is not in the stack."""
    server = settings.server
    development = settings.environment is Environment.DEVELOPMENT
    return [
        *([_root_path(settings)] if server.root_path else []),
        Middleware(DrainMiddleware),
        *([cors(settings.cors)] if settings.cors.origins else []),
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
        *rate_limit_middleware(settings.rate),
        *([Middleware(AuthRequiredMiddleware)] if settings.auth.required else []),
        Middleware(HeadMiddleware),
    ]


def _root_path(settings: Settings) -> Middleware:
    return Middleware(RootPathMiddleware, root_path=settings.server.root_path)


def _hosts(settings: Settings) -> Middleware:
    return Middleware(HostsMiddleware, hosts=settings.server.trusted_hosts)
