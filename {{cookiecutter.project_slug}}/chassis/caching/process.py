"""Values in this process: a hit takes less than a microsecond."""

from collections import OrderedDict
from collections.abc import Sequence
from functools import partial
from time import monotonic
from typing import Any, Generic, TypeVar

from chassis.caching.loading import Load, timed
from chassis.caching.policy import Observer, Policy
from chassis.concurrency.detached import Flights

Value = TypeVar("Value")

FORGOTTEN: Any = object()
"""In the place of a value that may not be kept yet, as the replica may still have the old one."""


class ProcessCache(Generic[Value]):
    """So many entries at most; the one that was unused longest makes room."""

    def __init__(self, policy: Policy, observer: Observer, max_entries: int, lag: float) -> None:
        """`lag`: seconds for which a read may still find what was before a commit."""
        self._policy, self._observer = policy, observer
        self._max_entries = max_entries
        self._quarantine = policy.quarantine(lag) if lag else 0.0
        self._entries: OrderedDict[str, tuple[float, Value | None]] = OrderedDict()
        self._flights = Flights[Value | None]()

    async def get(self, key: str, load: Load[Value]) -> Value | None:
        entry = self._entries.get(key)
        if entry is not None and entry[0] > monotonic() and entry[1] is not FORGOTTEN:
            self._entries.move_to_end(key)
            self._observer.asked(self._policy.name, "hit")
            return entry[1]
        self._observer.asked(self._policy.name, "joined" if key in self._flights else "miss")
        return await self._flights.join(key, partial(self._load, key, load))

    async def _load(self, key: str, load: Load[Value]) -> Value | None:
        value = await timed(load, self._policy, self._observer)
        seconds = self._policy.seconds(value)
        # Not what was read before somebody forgot it: that one's flight is another's by now.
        if seconds and self._flights.is_own(key) and not self._is_forgotten(key):
            self._put(key, seconds, value)
        return value

    def _is_forgotten(self, key: str) -> bool:
        until, value = self._entries.get(key, (0.0, None))
        return value is FORGOTTEN and until > monotonic()

    def _put(self, key: str, seconds: float, value: Value | None) -> None:
        self._entries[key] = (monotonic() + seconds, value)
        self._entries.move_to_end(key)
        if len(self._entries) > self._max_entries:
            self._entries.popitem(last=False)
        self._observer.holds(self._policy.name, len(self._entries))

    async def forget(self, keys: Sequence[str]) -> None:
        for key in keys:
            self._flights.leave(key)
            self._entries.pop(key, None)
            if self._quarantine:
                self._put(key, self._quarantine, FORGOTTEN)
        self._observer.holds(self._policy.name, len(self._entries))

    async def close(self) -> None:
        await self._flights.end()
        self._entries.clear()
