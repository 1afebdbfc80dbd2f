"""Values in a Redis that all processes share. When it does not answer, they are loaded."""

from collections.abc import Sequence
from functools import partial
from typing import Generic, NamedTuple, TypeVar

import structlog
from pydantic import TypeAdapter, ValidationError

from chassis.caching.loading import Load, timed
from chassis.caching.policy import Observer, Outcome, Policy
from chassis.caching.redis_store import AWAY, RedisStore, Seen, is_tombstone
from chassis.concurrency.detached import Flights

Value = TypeVar("Value")

ABSENT = b"null"
"""In the place of a value: there is none."""


class Hit(NamedTuple, Generic[Value]):
    value: Value | None


class SharedCache(Generic[Value]):
    """What was forgotten is not kept until no load can still be one of before.

    Waiting for another's load is only for who has found the same in Redis, where each change leaves
    another tombstone: nobody who asks after it gets what was loaded before.
    """

    def __init__(self, policy: Policy, observer: Observer, store: RedisStore, lag: float) -> None:
        self._policy, self._observer, self._store = policy, observer, store
        self._adapter = TypeAdapter(policy.kind)
        self._quarantine = policy.quarantine(lag)
        self._told = False
        self._looks = Flights[Hit[Value] | Seen]()
        self._loads = Flights[Value | None]()

    async def get(self, key: str, load: Load[Value]) -> Value | None:
        found = await self._looks.join(key, partial(self._look, key))
        if isinstance(found, Hit):
            self._observer.asked(self._policy.name, "hit")
            return found.value
        flight = key, found
        self._observer.asked(self._policy.name, self._outcome(flight))
        return await self._loads.join(flight, partial(self._load, key, found, load))

    def _outcome(self, flight: tuple[str, Seen]) -> Outcome:
        if flight[1] is AWAY:
            return "bypassed"
        return "joined" if flight in self._loads else "miss"

    async def _look(self, key: str) -> Hit[Value] | Seen:
        seen = await self._store.get(self._name(key))
        if not isinstance(seen, bytes) or is_tombstone(seen):
            return seen
        try:
            return Hit(None if seen == ABSENT else self._adapter.validate_json(seen))
        except ValidationError:  # of a release that has another shape of it
            self._tell_unreadable()
            return seen

    def _tell_unreadable(self) -> None:
        if not self._told:
            what = "kept values cannot be read; give the cache another version"
            structlog.get_logger().warning(what, cache=self._policy.name)
        self._told = True

    async def _load(self, key: str, seen: Seen, load: Load[Value]) -> Value | None:
        value = await timed(load, self._policy, self._observer)
        seconds = self._policy.seconds(value)
        if seconds and seen is None:
            written = ABSENT if value is None else self._adapter.dump_json(value)
            await self._store.fill(self._name(key), written, seconds)
        return value

    def _name(self, key: str) -> str:
        return f"{self._policy.name}/{self._policy.version}/{key}"

    async def forget(self, keys: Sequence[str]) -> None:
        for key in keys:
            self._looks.leave(key)
            self._loads.leave((key, AWAY))
        names = [self._name(key) for key in keys]
        await self._store.forget(names, self._quarantine, self._policy.longest)

    async def close(self) -> None:
        await self._looks.end()
        await self._loads.end()
