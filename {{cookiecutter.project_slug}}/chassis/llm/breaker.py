"""Leaves a server alone that has failed several times in a row."""

from collections.abc import Callable
from time import monotonic


class Breaker:
    def __init__(
        self, failures: int, seconds: float, clock: Callable[[], float] = monotonic
    ) -> None:
        self._most, self._seconds, self._clock = failures, seconds, clock
        self._failures = 0
        self._until = 0.0

    @property
    def left(self) -> float:
        """Seconds until it may be asked again; zero or less: now. The next failure counts anew."""
        return self._until - self._clock()

    def failed(self) -> None:
        self._failures += 1
        if self._failures >= self._most:
            self._until = self._clock() + self._seconds

    def succeeded(self) -> None:
        self._failures = 0
