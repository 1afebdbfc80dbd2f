"""What the parts of the service call to count. Labels are looked up once, not at each call."""

from prometheus_client import Counter, Gauge, Histogram

from chassis.observability.methods import known_method
from chassis.observability.metrics.caches import CacheRecorder
from chassis.observability.metrics.harmless import harmless
from chassis.observability.metrics.instruments import Metrics
from chassis.observability.metrics.loop import LoopRecorder
from chassis.settings.identity import Identity

UNMATCHED = "unmatched"
"""The route of a request that no route matched; its path would be a label without end."""


class Recorders:
    """All of one application."""

    def __init__(self, identity: Identity) -> None:
        self._metrics = Metrics(identity)
        self.registry = self._metrics.registry
        self.requests = RequestRecorder(self._metrics)
        self.limits = LimitRecorder(self._metrics)
        self.callers = CallerRecorder(self._metrics)
        self.caches = CacheRecorder(self._metrics.caches)
        self.loop = LoopRecorder(self._metrics.loop_lag)

    def database(self, name: str) -> "DatabaseRecorder":
        return DatabaseRecorder(self._metrics, name)

    def upstream(self, name: str) -> "UpstreamRecorder":
        return UpstreamRecorder(self._metrics, name)


class RequestRecorder:
    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._in_progress: dict[str, Gauge] = {}
        self._ended: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    @harmless
    def begun(self, method: str) -> None:
        self._in_progress_of(known_method(method, "OTHER")).inc()

    @harmless
    def ended(self, method: str, route: str | None, status: int, seconds: float) -> None:
        labels = (known_method(method, "OTHER"), route or UNMATCHED, status)
        self._in_progress_of(labels[0]).dec()
        requests, duration = self._of(labels)
        requests.inc()
        duration.observe(seconds)

    @harmless
    def socket_opened(self, route: str | None) -> None:
        self._metrics.websockets_open.labels(route or UNMATCHED).inc()

    @harmless
    def socket_closed(self, route: str | None) -> None:
        self._metrics.websockets_open.labels(route or UNMATCHED).dec()

    def _in_progress_of(self, method: str) -> Gauge:
        if (found := self._in_progress.get(method)) is None:
            found = self._in_progress[method] = self._metrics.requests_in_progress.labels(method)
        return found

    def _of(self, labels: tuple[str, str, int]) -> tuple[Counter, Histogram]:
        if (found := self._ended.get(labels)) is None:
            metrics = self._metrics
            found = metrics.requests.labels(*labels), metrics.request_seconds.labels(*labels)
            self._ended[labels] = found
        return found


class DatabaseRecorder:
    """Of one database: `primary`, or the name of another."""

    def __init__(self, metrics: Metrics, name: str) -> None:
        of = metrics.database
        self._query_seconds = of.query_seconds.labels(name)
        self._checkout_seconds = of.checkout_seconds.labels(name)
        self._timeouts = of.timeouts.labels(name)
        self._invalidations = of.invalidations.labels(name)
        self.size = of.size.labels(name)
        self.checked_out = of.checked_out.labels(name)
        self.overflow = of.overflow.labels(name)
        self.waiting = of.waiting.labels(name)
        self.available = of.available.labels(name)

    def query(self, _statement: str, seconds: float, _error: BaseException | None) -> None:
        self._query_seconds.observe(seconds)

    @harmless
    def waited(self, seconds: float, *, in_vain: bool) -> None:
        """For a connection; only of those who had to wait."""
        self._checkout_seconds.observe(seconds)
        if in_vain:
            self._timeouts.inc()

    @harmless
    def invalidated(self) -> None:
        self._invalidations.inc()


class LimitRecorder:
    """Of rate limits."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    @harmless
    def exceeded(self, policy: str) -> None:
        """A policy is called like the route that has it, or `default`."""
        self._metrics.rate_limit_exceeded.labels(policy).inc()

    @harmless
    def unavailable(self) -> None:
        """The limiter's store did not answer, and the request was let through."""
        self._metrics.rate_limit_unavailable.inc()


class CallerRecorder:
    """Of who calls."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    @harmless
    def token(self, outcome: str) -> None:
        """`accepted`, or why not."""
        self._metrics.tokens.labels(outcome).inc()

    @harmless
    def key_fetch(self, outcome: str) -> None:
        """`ok` or `failed`."""
        self._metrics.key_fetches.labels(outcome).inc()


class UpstreamRecorder:
    """Of one upstream."""

    def __init__(self, metrics: Metrics, name: str) -> None:
        of = metrics.outbound
        self._name = name
        self._call_seconds = of.call_seconds
        self._in_progress = of.in_progress.labels(name)
        self._retries = of.retries.labels(name)
        self._ended: dict[str, Histogram] = {}

    @harmless
    def begun(self) -> None:
        self._in_progress.inc()

    @harmless
    def ended(self, outcome: str, seconds: float) -> None:
        self._in_progress.dec()
        if (found := self._ended.get(outcome)) is None:
            found = self._ended[outcome] = self._call_seconds.labels(self._name, outcome)
        found.observe(seconds)

    @harmless
    def sent_again(self) -> None:
        self._retries.inc()
