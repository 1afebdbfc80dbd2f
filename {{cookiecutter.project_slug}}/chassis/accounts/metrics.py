"""What is counted of accounts, where metrics are on."""

from prometheus_client import CollectorRegistry, Counter

from chassis.accounts.observer import Outcome
from chassis.observability.metrics.recording import harmless


class AccountRecorder:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._logins = Counter(
            "auth_logins_total",
            "Passwords shown, by what came of it.",
            ["outcome"],
            registry=registry,
        )
        self._reused = Counter(
            "auth_refresh_reused_total",
            "Sessions ended because their refresh token came twice.",
            registry=registry,
        )

    @harmless
    def login(self, outcome: Outcome) -> None:
        self._logins.labels(outcome).inc()

    @harmless
    def refresh_reused(self) -> None:
        self._reused.inc()
