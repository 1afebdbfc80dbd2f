"""What is counted of the event loop."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Histogram

from chassis.observability.metrics.harmless import harmless


def loop_lag(registry: CollectorRegistry, buckets: Sequence[float]) -> Histogram:
    return Histogram(
        "event_loop_lag_seconds",
        "How late the event loop was, ten times a second.",
        registry=registry,
        buckets=buckets,
    )


class LoopRecorder:
    def __init__(self, lag: Histogram) -> None:
        self._lag = lag

    @harmless
    def late(self, seconds: float) -> None:
        self._lag.observe(seconds)
