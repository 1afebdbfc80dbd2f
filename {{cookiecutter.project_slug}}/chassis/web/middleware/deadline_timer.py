"""Deadlines that all last equally long, watched by one timer: they pass in the order they were set.

`asyncio.timeout` starts and stops a timer for each, which costs several times as much.
"""

import asyncio
from math import inf
from types import TracebackType
from typing import Self, cast


class Deadline:
    """Cancels the task that enters it, unless it is lifted in time; like `asyncio.timeout`."""

    __slots__ = ("_before", "_task", "_watch", "at", "given_up", "has_passed")

    def __init__(self, watch: dict["Deadline", None], at: float) -> None:
        self.at = at
        """The event loop's time; infinity is never."""
        self.has_passed = False
        self.given_up = False
        """Whether a call to another service was broken off that may have changed something."""
        self._watch = watch

    @property
    def is_pending(self) -> bool:
        return self in self._watch

    def lift(self, *_: object) -> None:
        self._watch.pop(self, None)

    def pass_by(self) -> None:
        self.lift()
        self.has_passed = True
        self._task.cancel()

    def __enter__(self) -> Self:
        self._task = cast("asyncio.Task[object]", asyncio.current_task())
        self._before = self._task.cancelling()
        self._watch[self] = None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Raises TimeoutError in place of its own cancellation; that of someone else goes on."""
        self.lift()
        task = self._task
        del self._task  # whose context leads back here: only the collector would find the two
        if self.has_passed:
            only_this = task.uncancel() <= self._before
            if only_this and kind is asyncio.CancelledError:
                raise TimeoutError from error


class Deadlines:
    def __init__(self, seconds: float) -> None:
        """Zero `seconds` is no deadline."""
        self._seconds = seconds
        self._watch: dict[Deadline, None] = {}
        self._timer_of: asyncio.AbstractEventLoop | None = None

    def start(self) -> Deadline:
        """To be entered at once."""
        loop = asyncio.get_running_loop()
        deadline = Deadline(self._watch, loop.time() + (self._seconds or inf))
        if self._timer_of is not loop and self._seconds:
            self._timer_of = loop
            loop.call_at(deadline.at, self._look, loop)
        return deadline

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        while self._watch:
            first = next(iter(self._watch))
            if first.at > loop.time():
                loop.call_at(first.at, self._look, loop)
                return
            first.pass_by()
        self._timer_of = None
