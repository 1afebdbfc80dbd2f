"""What is counted of questions, where metrics are on."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from chassis.observability.metrics.harmless import harmless

BUCKETS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30)


class QuestionRecorder:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._questions = Counter(
            "select_ai_questions_total",
            "Questions, by what came of them.",
            ["action", "outcome"],
            registry=registry,
        )
        self._seconds = Histogram(
            "select_ai_question_seconds",
            "How long a question took, with its wait for a session.",
            ["action"],
            buckets=BUCKETS,
            registry=registry,
        )
        self._in_progress = Gauge(
            "select_ai_questions_in_progress",
            "Questions without an answer yet.",
            registry=registry,
            multiprocess_mode="livesum",
        )

    @harmless
    def begun(self) -> None:
        self._in_progress.inc()

    @harmless
    def ended(self, action: str, outcome: str, seconds: float) -> None:
        self._in_progress.dec()
        self._questions.labels(action, outcome).inc()
        self._seconds.labels(action).observe(seconds)
