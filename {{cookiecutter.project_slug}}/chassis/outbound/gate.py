"""How many calls to an upstream are made at once; who comes later waits a moment, not for ever."""

import asyncio


class FullError(Exception):
    """No turn came in time."""


class Gate:
    """Of our own and not of the pool: that we are full is another thing than a peer that is away.

    In the order of asking.
    """

    def __init__(self, places: int, seconds: float) -> None:
        """To wait at most so many `seconds`."""
        self.places = places
        self.seconds = seconds
        self.inside = 0
        self.waiting = 0
        self._turns = asyncio.Semaphore(places)

    async def enter(self, left: float) -> None:
        """Raises FullError when no turn came, within the seconds `left` at most."""
        if self._turns.locked():
            await self._wait(min(left, self.seconds))
        else:
            await self._turns.acquire()
        self.inside += 1

    def leave(self) -> None:
        self.inside -= 1
        self._turns.release()

    async def _wait(self, seconds: float) -> None:
        self.waiting += 1
        try:
            async with asyncio.timeout(seconds):
                await self._turns.acquire()
        except TimeoutError:
            raise FullError from None
        finally:
            self.waiting -= 1
