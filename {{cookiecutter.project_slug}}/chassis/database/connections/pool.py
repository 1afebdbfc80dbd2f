"""The connection pool: who waits first is served first, and who waited too long gets an error.

SQLAlchemy's own queue lets a newcomer take a connection that was given back for somebody who
waits. With more clients than connections some then wait twenty times as long as others.
"""

import asyncio
from collections import deque
from time import perf_counter
from typing import Any, Protocol, cast

from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry, PoolProxiedConnection
from sqlalchemy.util import await_


class PoolObserver(Protocol):
    def waited(self, seconds: float, *, in_vain: bool) -> None: ...


class FairPool(AsyncAdaptedQueuePool):
    """Hands out a permit for each connection, in the order of asking; the queue never waits."""

    observer: PoolObserver | None = None
    """Told of everybody who had to wait."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._permits = self.size() + self._max_overflow
        self._waiting: deque[asyncio.Future[None]] = deque()

    def waiting(self) -> int:
        """How many wait for a connection now."""
        return len(self._waiting)

    def recreate(self) -> "FairPool":
        pool: Any = super().recreate()
        pool.observer = self.observer
        return cast("FairPool", pool)

    def leave_generation(self, connection: PoolProxiedConnection) -> None:
        """Hand out nothing any more that was opened before now; as after a connection broke."""
        self._invalidate(connection, _checkin=False)

    def _do_get(self) -> ConnectionPoolEntry:
        if self._permits > 0:
            self._permits -= 1
        else:
            await_(self._wait())
        try:
            return super()._do_get()
        except BaseException:
            self._pass_on()
            raise

    def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
        try:
            super()._do_return_conn(record)
        finally:
            self._pass_on()

    async def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        turn = loop.create_future()
        self._waiting.append(turn)
        started = perf_counter()
        # A timer of its own costs a fraction of `asyncio.timeout`, which has a task to cancel.
        timer = loop.call_later(self._timeout, end_in_vain, turn)
        try:
            await turn
            self._tell(started)
        except TimeoutError:
            self._give_up(turn)
            self._tell(started, in_vain=True)
            message = f"no connection was free for {self._timeout} seconds: {self.status()}"
            raise PoolTimeoutError(message) from None
        except asyncio.CancelledError:
            self._give_up(turn)
            raise
        finally:
            timer.cancel()

    def _tell(self, started: float, *, in_vain: bool = False) -> None:
        if self.observer is not None:
            self.observer.waited(perf_counter() - started, in_vain=in_vain)

    def _give_up(self, turn: "asyncio.Future[None]") -> None:
        if turn in self._waiting:
            self._waiting.remove(turn)
        elif not (turn.cancelled() or turn.exception()):
            self._pass_on()  # the permit came in the very moment of giving up

    def _pass_on(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._permits += 1


def end_in_vain(turn: "asyncio.Future[None]") -> None:
    """Unless the turn has come in the same moment."""
    if not turn.done():
        turn.set_exception(TimeoutError())
