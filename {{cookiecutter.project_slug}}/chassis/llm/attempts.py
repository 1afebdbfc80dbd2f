"""Asks one server, and once more, or another: until there is a first word, and never after it."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from chassis.llm.endpoint import Endpoint
from chassis.llm.meaning import FAILURES, is_worth_another_try, problem_of
from chassis.llm.problems import ModelBusy, ModelTimeout, ModelUnavailable
from chassis.problems import Problem

Result = TypeVar("Result")


class Attempts:
    def __init__(self, first: Endpoint, fallback: Endpoint | None) -> None:
        self.endpoints = [first] if fallback is None else [first, fallback]
        self._order = [first, fallback or first]

    async def run(
        self, ask: Callable[[Endpoint], Awaitable[Result]], within: float
    ) -> tuple[Endpoint, Result]:
        """Raises a Problem. All that is tried has `within` seconds together."""
        end = asyncio.get_running_loop().time() + within
        problem: Problem = ModelUnavailable(retry_after=self._wait)
        for endpoint in [it for it in self._order if it.breaker.left <= 0]:
            try:
                async with asyncio.timeout_at(end):
                    result = await ask(endpoint)
            except FAILURES as error:
                problem = self._failed(endpoint, error)
                if not is_worth_another_try(problem) or self._is_last(problem, end):
                    break
            else:
                endpoint.breaker.succeeded()
                return endpoint, result
        raise problem

    @property
    def _wait(self) -> int:
        """Seconds until one of them may be asked again."""
        return max(1, math.ceil(min(it.breaker.left for it in self.endpoints)))

    def _is_last(self, problem: Problem, end: float) -> bool:
        """Whether no time is left; or the same server would have to be asked that is busy."""
        alone = len(self.endpoints) == 1
        late = asyncio.get_running_loop().time() >= end
        return late or (alone and isinstance(problem, ModelBusy | ModelTimeout))

    def _failed(self, endpoint: Endpoint, error: Exception) -> Problem:
        problem = problem_of(error)
        if is_worth_another_try(problem):
            endpoint.breaker.failed()
        structlog.get_logger().warning(
            "the model failed",
            model=endpoint.model,
            problem=problem.type,
            error=type(error).__name__,
            status=getattr(error, "status_code", None),
        )
        return problem
