"""When the request that is being answered must be done: no call is worth waiting for longer."""

import asyncio
from contextvars import ContextVar
from math import inf
from typing import Protocol

MARGIN = 0.1
"""Seconds that the request keeps for its own answer."""


class Deadline(Protocol):
    """Of one request; everything that the request starts finds it in its context."""

    at: float
    """The event loop's time; infinity is none."""
    given_up: bool
    """Whether a call that may have changed something was broken off."""

    @property
    def is_pending(self) -> bool:
        """Once the request has begun to answer it is not, and what goes on may take its time."""


_of_request: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


def begin_deadline(deadline: Deadline) -> None:
    """Of everything that runs in this context from now on."""
    _of_request.set(deadline)


def time_left() -> float:
    """Seconds that a call may take for the request's sake; infinity outside of one."""
    deadline = _of_request.get()
    if deadline is None or not deadline.is_pending:
        return inf
    return deadline.at - asyncio.get_running_loop().time() - MARGIN


def call_given_up() -> None:
    """What breaks it off, `asyncio.timeout` say, does not know that something may be done."""
    if (deadline := _of_request.get()) is not None:
        deadline.given_up = True


def may_have_called() -> bool:
    """Whether the request has broken off a call that may have changed something."""
    deadline = _of_request.get()
    return deadline is not None and deadline.given_up
