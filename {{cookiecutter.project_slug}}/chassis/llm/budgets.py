"""How much each caller may ask, in this process."""

import math
from collections import defaultdict
from collections.abc import Callable
from time import monotonic

from chassis.llm.problems import ModelBudgetSpent

MINUTE, DAY = 60.0, 86_400.0


class Window:
    """Counts by caller, and forgets all of them when its time is over."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float]) -> None:
        """Zero `most` is no limit."""
        self._most, self._seconds, self._clock = most, seconds, clock
        self._end = clock() + seconds
        self._spent: defaultdict[str, int] = defaultdict(int)

    def check(self, caller: str) -> None:
        """Raises ModelBudgetSpent."""
        now = self._clock()
        if now >= self._end:
            self._spent.clear()
            self._end = now + self._seconds
        if self._most and self._spent.get(caller, 0) >= self._most:
            raise ModelBudgetSpent(retry_after=math.ceil(self._end - now))

    def spend(self, caller: str, amount: int) -> None:
        if self._most:
            self._spent[caller] += amount


class Budgets:
    def __init__(
        self, calls_per_minute: int, tokens_per_day: int, clock: Callable[[], float] = monotonic
    ) -> None:
        self._calls = Window(calls_per_minute, MINUTE, clock)
        self._tokens = Window(tokens_per_day, DAY, clock)

    def admit(self, caller: str) -> None:
        """Raises ModelBudgetSpent. The last call may go over: its tokens are known afterwards."""
        self._calls.check(caller)
        self._tokens.check(caller)
        self._calls.spend(caller, 1)

    def charge(self, caller: str, tokens: int) -> None:
        self._tokens.spend(caller, tokens)
