"""What a service declares to be kept for a while: the whole interface of the caches."""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar, overload

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.caching import running
from chassis.caching.forgetting import forget_after_commit
from chassis.caching.policy import Policy

Value = TypeVar("Value")


class Cached(Generic[Value]):
    """`prices = Cached("price", PriceRead, ttl=30)`, once, in a module of the feature.

    Each process keeps its own values; with `shared=True` all have those in Redis, where a setting
    names one. Everybody gets the same object: its type has to be frozen.
    """

    def __init__(  # noqa: PLR0913  what may be said of a cache; all but two have a default
        self,
        name: str,
        kind: type[Value],
        *,
        ttl: float,
        absent_ttl: float = 0,
        shared: bool = False,
        version: int = 1,
        longest_load: float = 10,
    ) -> None:
        """Times are seconds. `absent_ttl` is for None, by default not kept at all.

        Another `version` when values mean something else than before, for what is kept in Redis
        outlives a release. A load that takes longer than `longest_load` raises TimeoutError.
        """
        _require_frozen(kind)
        self.policy = Policy(name, kind, ttl, absent_ttl, shared, version, longest_load)

    @overload
    def get(self, key: str, load: Callable[[], Awaitable[Value]]) -> Awaitable[Value]: ...
    @overload
    def get(
        self, key: str, load: Callable[[], Awaitable[Value | None]]
    ) -> Awaitable[Value | None]: ...
    def get(self, key: str, load: Callable[[], Awaitable[Value | None]]) -> Awaitable[Value | None]:
        """What is kept, or else what `load` gives: of all who ask at a time, one calls it.

        It goes on when its request is cancelled, so it uses nothing that ends with that: it opens
        a session of its own, or reads through a `Reader`. What it raises is raised to all who
        wait, and not kept. The key says all that the value depends on, such as who asks.
        """
        caches = running.only()
        return load() if caches is None else caches.of(self.policy).get(key, load)

    def forget(self, session: AsyncSession, key: str) -> None:
        """Once the transaction is committed, or may be. Raises TypeError for a session of reads.

        Of caches in the processes this one's forgets; for the others, `ttl` is the bound.
        """
        forget_after_commit(session, self.policy, key)


def _require_frozen(kind: object) -> None:
    """`kind` may also be `tuple[str, ...]`, which is no class."""
    if (
        isinstance(kind, type)
        and issubclass(kind, BaseModel)
        and not kind.model_config.get("frozen")
    ):
        message = f"{kind.__name__} could be changed by one who gets it: say frozen=True"
        raise TypeError(message)
