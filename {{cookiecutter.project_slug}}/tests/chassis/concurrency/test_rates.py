"""How often something may begin."""

import pytest

from chassis.concurrency.rates import rate_of
from tests.chassis.concurrency.fast_loop import timed


@pytest.mark.parametrize(
    ("calls", "seconds", "burst", "took"),
    [(100, 1, None, 3.0), (100, 1, 1, 3.99), (100, 1, 400, 0.0), (600, 60, None, 0.0)],
)
def test_four_hundred_calls_take_the_time_that_the_rate_says(
    calls: float, seconds: float, burst: float | None, took: float
) -> None:
    async def call() -> None:
        rate = rate_of(calls, seconds, burst=burst)
        for _ in range(400):
            async with rate:
                pass

    assert timed(call())[1] == pytest.approx(took, abs=0.02)
