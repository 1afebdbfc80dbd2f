"""Steps that a worker takes again and again until it stops; a database that is away is no end."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import uniform

import structlog

from chassis.web.serving.drain import Drain

Step = Callable[[], Awaitable[bool]]
"""Returns whether there is more to do at once."""


async def repeat(name: str, step: Step, pause: float, drain: Drain) -> None:
    """Until the drain begins. The pauses, in seconds, are random, so that workers do not meet."""
    fails = False
    while not drain.is_set():
        more = False
        try:
            more = await step()
            fails = False
        except Exception as error:  # noqa: BLE001  the next one may go well
            if not fails:
                structlog.get_logger().warning("the worker is held up", step=name, exc_info=error)
            fails = True
        if not more:
            with suppress(TimeoutError):
                between = uniform(pause / 2, pause * 3 / 2)  # noqa: S311  no secret depends on it
                await asyncio.wait_for(drain.wait(), between)
