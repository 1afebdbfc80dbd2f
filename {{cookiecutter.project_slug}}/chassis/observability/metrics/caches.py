"""What is counted of caches, by their names."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from chassis.observability.metrics.harmless import harmless


class CacheInstruments:
    def __init__(self, registry: CollectorRegistry, buckets: Sequence[float]) -> None:
        self.requests = Counter(
            "cache_requests_total",
            "Values asked for: hit, miss, joined (another was loading it), bypassed (no Redis).",
            ["cache", "outcome"],
            registry=registry,
        )
        self.load_seconds = Histogram(
            "cache_load_duration_seconds",
            "Loads of values that were not kept.",
            ["cache"],
            registry=registry,
            buckets=buckets,
        )
        self.entries = Gauge(
            "cache_entries",
            "Values kept in processes.",
            ["cache"],
            registry=registry,
            multiprocess_mode="livesum",
        )


class CacheRecorder:
    def __init__(self, instruments: CacheInstruments) -> None:
        self._instruments = instruments
        self._requests: dict[tuple[str, str], Counter] = {}

    @harmless
    def asked(self, cache: str, outcome: str) -> None:
        if (found := self._requests.get((cache, outcome))) is None:
            found = self._instruments.requests.labels(cache, outcome)
            self._requests[cache, outcome] = found
        found.inc()

    @harmless
    def loaded(self, cache: str, seconds: float) -> None:
        self._instruments.load_seconds.labels(cache).observe(seconds)

    @harmless
    def holds(self, cache: str, entries: int) -> None:
        self._instruments.entries.labels(cache).set(entries)
