"""Leaves alone what does not answer: told once when it breaks, and once when it is back."""

from time import monotonic

import structlog

PAUSE = 5.0


class Outage:
    """While it lasts, one request in `PAUSE` seconds tries again; all others go on without."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._lasts = False
        self._next_try = 0.0

    def is_over(self) -> bool:
        """Whether this request shall try."""
        if self._lasts:
            if monotonic() < self._next_try:
                return False
            self._next_try = monotonic() + PAUSE
        return True

    def begins(self, error: BaseException) -> None:
        if not self._lasts:
            cause = type(error).__name__
            structlog.get_logger().warning(f"{self._what} unavailable", cause=cause)
            self._next_try = monotonic() + PAUSE
        self._lasts = True

    def ends(self) -> None:
        if self._lasts:
            structlog.get_logger().info(f"{self._what} available again")
        self._lasts = False
