"""What counts in the process answers as `limits` does, which counts in a Redis."""

from random import Random
from types import SimpleNamespace

import pytest
from limits import parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from app.web.rate_limits.process import Windows

LIMITS = ["1/second", "3/minute", "7/2 seconds", "100/minute", "5/hour", "2/3 days"]
CLIENTS = ["a", "b", "c"]


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("seed", range(5))
async def test_the_same_requests_get_the_same_answers(
    limit: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, random, now = parse(limit), Random(seed), 1_000_000.0  # noqa: S311  no secret
    clock = SimpleNamespace(time=lambda: now)
    monkeypatch.setattr("limits.aio.storage.memory.time", clock)
    monkeypatch.setattr("limits.aio.strategies.time", clock)
    theirs, ours = SlidingWindowCounterRateLimiter(MemoryStorage()), Windows(item)
    length = item.get_expiry()
    step = length / max(item.amount, 1)

    for _ in range(500):
        now += random.choice([0.0, random.uniform(0, step), random.uniform(0, 3 * step)])
        now += random.choice([1, 2, 3]) * length if random.random() < 0.02 else 0
        now += length - now % length if random.random() < 0.05 else 0  # a window's first moment
        client = random.choice(CLIENTS)

        allowed = await theirs.hit(item, client)
        reset_at, remaining = await theirs.get_window_stats(item, client)

        *counted, reset = ours.hit(client, now)
        assert counted == [allowed, remaining]
        assert reset == pytest.approx(reset_at - now, abs=1e-6)


def test_a_limit_of_none_refuses_every_request() -> None:
    windows = Windows(parse("0/minute"))

    assert [windows.hit("a", now)[:2] for now in (1_000.0, 1_060.0)] == [(False, 0)] * 2
