"""Steps that a worker takes again and again until it stops; a database that is away is no end."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import uniform

import structlog

from chassis.database.failures import FAILURES, problem_from
from chassis.problems import InternalError, Problem
from chassis.web.errors.problem_handlers import cause_of
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
        except Exception as error:  # noqa: BLE001  the next one may go well
            if not fails:
                _tell(name, error)
            fails = True
        else:
            if fails:
                structlog.get_logger().info("the worker goes on", step=name)
            fails = False
        if not more:
            with suppress(TimeoutError):
                between = uniform(pause / 2, pause * 3 / 2)  # noqa: S311  no secret depends on it
                await asyncio.wait_for(drain.wait(), between)


def _tell(step: str, error: Exception) -> None:
    """An outage of the database in one line, all else with its traceback."""
    failure = error.__cause__ if isinstance(error, Problem) and error.__cause__ else error
    is_outage = isinstance(failure, FAILURES) and not isinstance(
        problem_from(failure), InternalError
    )
    structlog.get_logger().warning(
        "the worker is held up",
        step=step,
        because=cause_of(failure),
        exc_info=None if is_outage else error,
    )
