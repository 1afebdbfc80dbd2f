"""Every metric that the chassis counts. Dashboards and alerts know the names: part of the API.

One of a service's own is made in `create_app`: docs/operating.md.
"""

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
)

from chassis.observability.metrics.caches import CacheInstruments
from chassis.observability.metrics.loop import loop_lag
from chassis.settings.identity import Identity

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
REQUEST = ["method", "route", "status"]
DATABASE = ["database"]
UPSTREAM = ["upstream"]


class Metrics:
    """In a registry of its own, so that each application counts for itself."""

    def __init__(self, identity: Identity) -> None:
        # Else each series brings another, with the time of its creation.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = registry = CollectorRegistry()
        self.requests = Counter(
            "http_requests_total", "Requests answered.", REQUEST, registry=registry
        )
        self.request_seconds = Histogram(
            "http_request_duration_seconds",
            "From a request's arrival to the end of its response.",
            REQUEST,
            registry=registry,
            buckets=SECONDS,
        )
        self.requests_in_progress = Gauge(
            "http_requests_in_progress",
            "Requests not answered yet.",
            ["method"],
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.websockets_open = Gauge(
            "websockets_open",
            "WebSockets that are open.",
            ["route"],
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.rate_limit_exceeded = Counter(
            "rate_limit_exceeded_total", "Requests refused with 429.", ["route"], registry=registry
        )
        self.rate_limit_unavailable = Counter(
            "rate_limit_unavailable_total",
            "Requests let through because the limiter's store did not answer.",
            registry=registry,
        )
        self.tokens = Counter(
            "auth_tokens_total",
            "Tokens verified, once for each token and process, and all that were refused.",
            ["outcome"],
            registry=registry,
        )
        self.key_fetches = Counter(
            "auth_key_fetches_total",
            "Fetches of the keys that the provider of tokens has.",
            ["outcome"],
            registry=registry,
        )
        self.database = DatabaseInstruments(registry)
        self.outbound = OutboundInstruments(registry)
        self.caches = CacheInstruments(registry, SECONDS)
        self.loop_lag = loop_lag(registry, SECONDS)
        Gauge(
            "service_info",
            "What is running.",
            ["service", "version", "environment"],
            registry=registry,
            multiprocess_mode="livemax",
        ).labels(*identity).set(1)


class DatabaseInstruments:
    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, text: str) -> Gauge:
            return Gauge(name, text, DATABASE, registry=registry, multiprocess_mode="livesum")

        def counter(name: str, text: str) -> Counter:
            return Counter(name, text, DATABASE, registry=registry)

        def histogram(name: str, text: str) -> Histogram:
            return Histogram(name, text, DATABASE, registry=registry, buckets=SECONDS)

        self.size = gauge("database_pool_size", "Connections that the pool keeps.")
        self.checked_out = gauge("database_pool_checked_out", "Connections in use.")
        self.overflow = gauge("database_pool_overflow", "Connections open beyond the pool's size.")
        self.waiting = gauge("database_pool_waiting", "Requests that wait for a connection.")
        self.available = Gauge(
            "database_available",
            "Whether the database answers.",
            DATABASE,
            registry=registry,
            multiprocess_mode="livemin",
        )
        self.checkout_seconds = histogram(
            "database_pool_checkout_seconds",
            "Waiting for a connection, of those who had to wait.",
        )
        self.timeouts = counter(
            "database_pool_timeouts_total", "Requests that waited for a connection in vain."
        )
        self.invalidations = counter(
            "database_pool_invalidations_total", "Connections thrown away because they broke."
        )
        self.query_seconds = histogram(
            "database_query_duration_seconds", "Statements, as the service sees them."
        )


class OutboundInstruments:
    """By the upstream's name, never by a URL, which would be a label without end."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.call_seconds = Histogram(
            "outbound_call_duration_seconds",
            "Calls to other services, all attempts together.",
            [*UPSTREAM, "outcome"],
            registry=registry,
            buckets=SECONDS,
        )
        self.in_progress = Gauge(
            "outbound_calls_in_progress",
            "Calls to other services that have not ended yet.",
            UPSTREAM,
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.retries = Counter(
            "outbound_retries_total",
            "Requests to other services that were sent again.",
            UPSTREAM,
            registry=registry,
        )
