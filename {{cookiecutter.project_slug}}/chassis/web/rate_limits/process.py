"""Counts in this process: the sliding window of `limits`, which takes five times as long."""

from math import ceil, floor
from time import monotonic

from limits import RateLimitItem

from chassis.web.rate_limits.policies import Policy
from chassis.web.rate_limits.standing import Standing

SWEEP_EVERY = 10.0
NAMED, SHARED = 100_000, 20_000
"""Clients that each window counts one by one, and counts that all further ones share.

Some 110 bytes each: at most 13 MB a window, of which each limit holds two. None is ever dropped to
make room: else who has many addresses could have their counts forgotten, or somebody else's.
"""

Counts = dict[str | int, int]

Count = tuple[bool, int, float]
"""Whether it is allowed, how many more would be, and seconds until there are more."""


class Windows:
    """Of one limit: how often each client has asked in this window, and in the one before."""

    def __init__(self, limit: RateLimitItem) -> None:
        self._amount, self._length = limit.amount, limit.get_expiry()
        self._end = 0.0
        self._before: Counts = {}
        self._now: Counts = {}

    def __len__(self) -> int:
        return len(self._before) + len(self._now)

    def turn(self, now: float) -> None:
        """Forget what no longer counts at this time."""
        if now >= self._end:
            self._before = self._now if now < self._end + self._length else {}
            self._now = {}
            self._end = (now // self._length + 1) * self._length

    def hit(self, client: str, now: float) -> Count:
        self.turn(now)
        left, length = self._end - now, self._length
        slot = _slot(client, self._now)
        before, asked = self._before.get(_slot(client, self._before), 0), self._now.get(slot, 0)
        share = before * left / length
        allowed = share + asked < self._amount
        if allowed:
            asked = self._now[slot] = asked + 1
        reset = left % (length / before) if before else left
        if asked:
            reset = min(reset, left % length)
        return allowed, max(0, self._amount - floor(share + asked)), reset


def _slot(client: str, counts: Counts) -> str | int:
    """Which count is the client's; nobody can choose whom to share one with: `hash` is salted."""
    if len(counts) < NAMED or client in counts:
        return client
    return hash(client) % SHARED


class ProcessCounter:
    """Each client is forgotten once its requests no longer count."""

    def __init__(self) -> None:
        self._windows: dict[str, Windows] = {}
        self._next_sweep = 0.0

    def __len__(self) -> int:
        """Counts that are held."""
        return sum(map(len, self._windows.values()))

    async def hit(self, policy: Policy, client: str) -> Standing:
        now = monotonic()
        if now > self._next_sweep:
            self._sweep(now)
        windows = self._windows.get(policy.name)
        if windows is None:
            windows = self._windows[policy.name] = Windows(policy.limit)
        allowed, remaining, reset = windows.hit(client, now)
        return Standing(policy, allowed, remaining if allowed else 0, max(ceil(reset), 1))

    def _sweep(self, now: float) -> None:
        self._next_sweep = now + SWEEP_EVERY
        for windows in self._windows.values():
            windows.turn(now)

    async def close(self) -> None:
        self._windows.clear()
