"""The caches of one application."""

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from chassis.caching.loading import Load
from chassis.caching.policy import Observer, Policy
from chassis.caching.process import ProcessCache

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chassis.caching.redis_store import RedisStore

Value = TypeVar("Value")


class Cache(Protocol[Value]):
    async def get(self, key: str, load: Load[Value]) -> Value | None: ...

    async def forget(self, keys: "Sequence[str]") -> None: ...

    async def close(self) -> None: ...


class Caches:
    """Each is made when it is asked for the first time."""

    def __init__(
        self,
        observer: Observer,
        *,
        max_entries: int,
        lag: float,
        store: "RedisStore | None" = None,
    ) -> None:
        self._observer, self._max_entries, self._lag = observer, max_entries, lag
        self._store = store
        self._made: dict[Policy, Cache[Any]] = {}

    def of(self, policy: Policy) -> Cache[Any]:
        """Raises ValueError where another has its name, and so its keys."""
        return self._made.get(policy) or self._make(policy)

    def _make(self, policy: Policy) -> Cache[Any]:
        if any(other.name == policy.name for other in self._made):
            message = f"two caches are called {policy.name!r}: give one of them another name"
            raise ValueError(message)
        if policy.shared and self._store is not None:
            from chassis.caching.shared import SharedCache  # noqa: PLC0415  there is a Redis

            made: Cache[Any] = SharedCache(policy, self._observer, self._store, self._lag)
        else:
            made = ProcessCache(policy, self._observer, self._max_entries, self._lag)
        self._made[policy] = made
        return made

    async def close(self) -> None:
        for cache in self._made.values():
            await cache.close()
        if self._store is not None:
            await self._store.close()
