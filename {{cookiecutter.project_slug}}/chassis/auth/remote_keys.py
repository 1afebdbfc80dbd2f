"""The keys of a provider: fetched when they are needed, by one request for all who wait.

PyJWT's own client fetches in the event loop, and blocks it.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextvars import Context
from time import monotonic

import structlog

from chassis.auth.observer import Observer
from chassis.auth.problems import IssuerUnavailable
from chassis.auth.tokens import Key
from chassis.concurrency.detached import detached

AT_MOST, WITHIN = 3, 30.0
"""Fetches in so many seconds, whatever unknown keys are asked for: anybody can make those up.

More than one, for a key that the provider uses a moment after the last fetch is known at once.
"""
RETRY = 5.0
"""Seconds between fetches while the provider is away."""
FRESH = 300.0
"""Seconds after which known keys are fetched again, beside the requests that use them."""

KeySet = Mapping[str | None, Key]


class FetchError(Exception):
    """The keys could not be read; the text says why, to the log."""


class RemoteKeys:
    """Known keys serve as long as the provider is away; those that it takes back end."""

    def __init__(
        self, fetch: Callable[[], Awaitable[KeySet]], observer: Observer, forget: Callable[[], None]
    ) -> None:
        """`fetch` raises FetchError; `forget` is called when a key is no longer valid."""
        self._fetch = fetch
        self._observer = observer
        self._forget = forget
        self._keys: KeySet = {}
        self._known_since = 0.0
        self._fetches: deque[float] = deque(maxlen=AT_MOST)
        self._is_away = False
        self._fetching: asyncio.Task[None] | None = None

    async def key(self, kid: str | None) -> Key | None:
        """Raises IssuerUnavailable where it is unknown, and the provider cannot be asked."""
        found = self._keys.get(kid)
        if found is not None:
            if monotonic() - self._known_since >= FRESH:
                self.refresh()
            return found
        was_fetching = self._fetching is not None
        await self._refreshed()
        if was_fetching and kid not in self._keys:  # that fetch may have begun before the key did
            await self._refreshed()
        if self._is_away and kid not in self._keys:
            raise IssuerUnavailable
        return self._keys.get(kid)

    async def _refreshed(self) -> None:
        if (fetching := self.refresh()) is not None:
            await asyncio.shield(fetching)  # who gives up must not take it from the others

    def refresh(self) -> asyncio.Task[None] | None:
        """The fetch that runs, or a new one unless there were some a moment ago."""
        if self._fetching is None and self._may_fetch(now := monotonic()):
            self._fetches.append(now)
            self._fetching = detached(self._refresh(), context=Context())
        return self._fetching

    def _may_fetch(self, now: float) -> bool:
        if self._is_away:
            return now - self._fetches[-1] >= RETRY
        return len(self._fetches) < AT_MOST or now - self._fetches[0] >= WITHIN

    async def _refresh(self) -> None:
        try:
            keys = await self._fetch()
        except FetchError as error:
            self._observer.key_fetch("failed")
            if not self._is_away:
                structlog.get_logger().warning("keys of tokens cannot be read", reason=str(error))
            self._is_away = True
        else:
            self._observer.key_fetch("ok")
            if self._is_away:
                structlog.get_logger().info("keys of tokens can be read again")
            self._is_away = False
            self._take(keys)
        finally:
            self._fetching = None

    def _take(self, keys: KeySet) -> None:
        self._known_since = monotonic()
        ended = any(keys.get(kid) != key for kid, key in self._keys.items())
        self._keys = keys
        if ended:
            self._forget()

    async def close(self) -> None:
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.wait({self._fetching})
