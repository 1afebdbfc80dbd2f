"""When failed work is worth another try, and how long to wait before it."""

from collections.abc import Iterator
from random import uniform

from chassis.database.failures import problem_from
from chassis.problems import Contention

FIRST_PAUSE = 0.02


def worth_another_try(error: Exception) -> bool:
    """Whether others were in the way, and PostgreSQL has surely rolled everything back."""
    return isinstance(problem_from(error), Contention)


def pauses(attempts: int) -> Iterator[float]:
    """Seconds between attempts: growing, and random, so that rivals do not meet again.

    https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
    """
    for attempt in range(attempts - 1):
        yield uniform(0, FIRST_PAUSE * 2**attempt)  # noqa: S311  no secret depends on it
