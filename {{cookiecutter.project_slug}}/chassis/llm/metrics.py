"""What is counted of language models, where metrics are on."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from chassis.llm.observer import Kind
from chassis.observability.metrics.harmless import harmless

BUCKETS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)


class LLMRecorder:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._ends = Counter(
            "llm_calls_total", "Calls, by how they ended.", ["kind", "end"], registry=registry
        )
        self._tokens = Counter(
            "llm_tokens_total",
            "Tokens of prompts and answers.",
            ["model", "kind"],
            registry=registry,
        )
        self._first = Histogram(
            "llm_first_token_seconds",
            "Time until the first word, with the wait for a permit.",
            ["model"],
            buckets=BUCKETS,
            registry=registry,
        )
        self._permits = Gauge(
            "llm_permits_in_use",
            "Calls in progress.",
            registry=registry,
            multiprocess_mode="livesum",
        )

    @harmless
    def begun(self) -> None:
        self._permits.inc()

    @harmless
    def released(self) -> None:
        self._permits.dec()

    @harmless
    def ended(self, kind: Kind, end: str) -> None:
        self._ends.labels(kind, end).inc()

    @harmless
    def first_token(self, model: str, seconds: float) -> None:
        self._first.labels(model).observe(seconds)

    @harmless
    def tokens(self, model: str, prompt: int, answer: int) -> None:
        self._tokens.labels(model, "prompt").inc(prompt)
        self._tokens.labels(model, "answer").inc(answer)
