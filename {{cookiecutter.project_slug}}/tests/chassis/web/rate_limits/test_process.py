"""What counts in the process answers as `limits` does, which counts in a Redis."""

import tracemalloc
from random import Random
from types import SimpleNamespace

import pytest
from limits import parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from chassis.web.rate_limits import process
from chassis.web.rate_limits.process import NAMED, SHARED, Windows

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


@pytest.fixture
def crowded(monkeypatch: pytest.MonkeyPatch) -> Windows:
    """More clients than are counted one by one; each has asked once."""
    monkeypatch.setattr(process, "NAMED", 3)
    monkeypatch.setattr(process, "SHARED", 2)
    windows = Windows(parse("2/minute"))
    for number in range(1_000):
        windows.hit(f"client {number}", 960.0)
    return windows


def allowed(windows: Windows, client: str, now: float, times: int = 5) -> int:
    return sum(windows.hit(client, now)[0] for _ in range(times))


def test_however_many_clients_come_as_many_are_held(crowded: Windows) -> None:
    assert len(crowded) == 3 + 2
    crowded.turn(1_080.0)

    assert len(crowded) == 0


def test_those_who_came_first_keep_a_count_of_their_own(crowded: Windows) -> None:
    assert allowed(crowded, "client 0", 970.0) == 1
    assert allowed(crowded, "client 1", 970.0) == 1


def test_further_ones_share_and_nobody_gets_more_than_the_limit(crowded: Windows) -> None:
    assert allowed(crowded, "client 999", 970.0) == 0  # others have used it up
    assert sum(allowed(crowded, f"new {number}", 970.0) for number in range(100)) == 0


def test_what_is_shared_counts_in_the_next_window_too(crowded: Windows) -> None:
    assert allowed(crowded, "client 999", 1_025.0) == 1  # most of the last minute still counts
    assert allowed(crowded, "client 999", 1_140.0) == 2


@pytest.mark.no_cover  # other tests cover it; measured, it would take thrice as long
def test_ours_are_as_many_as_fit_into_a_container() -> None:
    windows = Windows(parse("1000/day"))
    tracemalloc.start()
    try:
        for number in range(NAMED + SHARED * 5):
            windows.hit(f"2001:db8:{number:x}::/64", 960.0)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(windows) <= NAMED + SHARED
    assert held < 20_000_000
