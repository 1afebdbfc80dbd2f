"""What a job is: a function, its arguments, and how often and how long it is tried."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import uniform
from typing import Any, Concatenate, Generic, ParamSpec

from pydantic import BaseModel, ConfigDict, create_model

from chassis.jobs.run import Run

Arguments = ParamSpec("Arguments")
Handler = Callable[Concatenate[Run, Arguments], Awaitable[None]]
LONGEST_PAUSE = 3_600.0


class GiveUp(Exception):  # noqa: N818  it says what to do
    """Raised by a job: it fails at once, as no further attempt would go better."""


@dataclass(frozen=True)
class Job(Generic[Arguments]):
    """A function that a worker calls, at least once; what it commits, it commits exactly once."""

    handler: Handler[Arguments]
    name: str
    """Stands in the table: jobs that wait are found by it."""
    queue: str = "default"
    max_attempts: int = 5
    timeout: float = 60.0
    """Seconds of one attempt."""
    first_pause: float = 5.0
    """Seconds before the second attempt, on average; doubled for each one after it."""
    arguments: type[BaseModel] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "arguments", _model_of(self.handler, self.name))

    def later(
        self, *, delay: timedelta = timedelta(), key: str | None = None
    ) -> "Later[Arguments]":
        """The same, not before `delay`, and unless one with this key is waiting or being done."""
        return Later(self, delay, key)

    def stored(self, *args: Arguments.args, **kwargs: Arguments.kwargs) -> dict[str, Any]:
        """The arguments as JSON holds them. Raises pydantic.ValidationError, or TypeError."""
        names = zip(self.arguments.model_fields, args, strict=False)
        if len(args) > len(self.arguments.model_fields):
            message = f"{self.name} takes {len(self.arguments.model_fields)} arguments"
            raise TypeError(message)
        return self.arguments.model_validate(dict(names) | kwargs).model_dump(mode="json")

    async def perform(self, run: Run, stored: Mapping[str, Any]) -> None:
        given: Any = self.arguments.model_validate(stored)
        values: Any = {name: getattr(given, name) for name in self.arguments.model_fields}
        handler: Any = self.handler  # values of the types that it names, by the model
        await handler(run, **values)

    def pause_after(self, attempt: int) -> float:
        """Seconds: growing, and random, so that what failed together does not come together."""
        longest: float = min(self.first_pause * 2**attempt, LONGEST_PAUSE)
        return uniform(longest / 4, longest * 3 / 4)  # noqa: S311  no secret depends on it


@dataclass(frozen=True)
class Later(Generic[Arguments]):
    """A job with what is to be known about enqueueing it."""

    job: Job[Arguments]
    delay: timedelta = timedelta()
    key: str | None = None


def job(
    *,
    name: str | None = None,
    queue: str = "default",
    max_attempts: int = 5,
    timeout: float = 60.0,
    first_pause: float = 5.0,
) -> Callable[[Handler[Arguments]], Job[Arguments]]:
    """Make a job of `async def handler(run: Run, ...)`. See `Job`, and give it a line in JOBS."""

    def make(handler: Handler[Arguments]) -> Job[Arguments]:
        called: str = name or handler.__name__
        return Job(handler, called, queue, max_attempts, timeout, first_pause)

    return make


def _model_of(handler: Callable[..., Any], name: str) -> type[BaseModel]:
    """Of all parameters but the first, which is the run."""
    _, *parameters = inspect.signature(handler, eval_str=True).parameters.values()
    fields: Any = {
        each.name: (each.annotation, ... if each.default is each.empty else each.default)
        for each in parameters
    }
    return create_model(name, __config__=ConfigDict(extra="forbid"), **fields)
