"""How many calls to an upstream are made at once; who comes later waits a moment, not for ever."""

import asyncio
from collections import deque


class FullError(Exception):
    """No turn came in time."""


class Gate:
    """Of our own and not of the pool: that we are full is another thing than a peer that is away.

    Whoever leaves hands the place to the one who has waited longest. To come in at once costs a
    fraction of what a semaphore does.
    """

    def __init__(self, places: int, seconds: float) -> None:
        """To wait at most so many `seconds`."""
        self.places = places
        self.seconds = seconds
        self.inside = 0
        self._turns: deque[asyncio.Future[None]] = deque()

    @property
    def waiting(self) -> int:
        return len(self._turns)

    def enter_at_once(self) -> bool:
        """Whether there was a place; else `wait` for one."""
        if self.inside >= self.places:
            return False
        self.inside += 1
        return True

    async def wait(self, left: float) -> None:
        """Raises FullError when no turn came, within the seconds `left` at most."""
        turn = asyncio.get_running_loop().create_future()
        self._turns.append(turn)
        try:
            async with asyncio.timeout(min(left, self.seconds)):
                await turn
        except BaseException as error:
            self._give_up(turn)
            if isinstance(error, TimeoutError):
                raise FullError from None
            raise

    def leave(self) -> None:
        while self._turns:
            turn = self._turns.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self.inside -= 1

    def _give_up(self, turn: asyncio.Future[None]) -> None:
        if turn in self._turns:
            self._turns.remove(turn)
        elif not turn.cancelled():
            self.leave()  # the place came in the very moment of giving up
