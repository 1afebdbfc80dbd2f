"""When a call may be made again, how long to wait before it, and how many may be in all."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import uniform

from chassis.outbound.answer import Answer
from chassis.outbound.problems import UpstreamProblem

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
SHARE = 0.1
"""Retries may be this share of calls,"""
RESERVE = 10.0
"""and so many more at once, which calls earn again."""
IDEMPOTENT = frozenset({"GET", "PUT", "DELETE"})
"""RFC 9110, 9.2.2: to do it twice is as good as once."""


class Budget:
    """Of one upstream: when many calls fail, retries would be what keeps it from recovering.

    https://sre.google/sre-book/handling-overload/#deciding-to-retry
    """

    def __init__(self) -> None:
        self._retries = RESERVE

    def earn(self) -> None:
        self._retries = min(self._retries + SHARE, RESERVE)

    def spend(self) -> bool:
        if self._retries < 1:
            return False
        self._retries -= 1
        return True


def may_try_again(problem: UpstreamProblem, *, repeatable: bool) -> bool:
    """Never what may have been done, unless it is `repeatable`."""
    return problem.transient and (repeatable or not problem.sent)


def pause_before(attempt: int, problem: UpstreamProblem) -> float:
    """Seconds before the attempt, the second at first: as long as it asks for, or random.

    https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
    """
    longest = min(FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE)
    asked = problem.answer and retry_after(problem.answer)
    return max(uniform(0, longest), asked or 0)  # noqa: S311  no secret depends on it


def retry_after(answer: Answer) -> float | None:
    """Seconds that it asks to wait (RFC 9110, 10.2.3); None where it does not."""
    text = answer.headers.get("Retry-After", "")
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max((date - datetime.now(UTC)).total_seconds(), 0.0)
