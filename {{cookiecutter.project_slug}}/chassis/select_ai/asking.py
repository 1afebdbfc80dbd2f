"""A question and its answer, within a time that the driver alone would not keep."""

import asyncio
from collections.abc import Coroutine
from time import monotonic, perf_counter
from typing import Any

import structlog
from oracledb import Error as OracleError
from select_ai.errors import SelectAIError

from chassis.concurrency.detached import detached
from chassis.problems import Problem
from chassis.select_ai.actions import Action
from chassis.select_ai.meaning import codes_of, problem_of
from chassis.select_ai.observer import Observer
from chassis.select_ai.problems import SelectAIFailed, SelectAITimeout
from chassis.select_ai.profiles import Profiles
from chassis.select_ai.settings import SelectAISettings
from chassis.web.part_health import Last

THEIR_FAULT = {"unavailable", "timeout", "failed"}
MARGIN = 1.0
"""Seconds in which the driver may end a call by itself."""


class SelectAI:
    def __init__(
        self,
        settings: SelectAISettings,
        profiles: Profiles,
        observer: Observer,
    ) -> None:
        self.settings = settings
        self._profiles, self._observer = profiles, observer
        self._limit = settings.pool_wait + settings.call_timeout + MARGIN
        self._asked: set[asyncio.Task[str]] = set()
        self.last: Last | None = None

    async def ask(self, question: str, action: Action, profile: str) -> str:
        """Raises a Problem. The answer is whole: to stream it would hold the session meanwhile."""
        started, outcome = perf_counter(), "cancelled"
        is_full = len(self._asked) >= self.settings.pool_max
        self._observer.begun()
        try:
            answer = await self._bounded(self._generate(question, action, profile))
        except (OracleError, SelectAIError, OSError) as error:
            problem = problem_of(error, is_full=is_full)
            outcome = _last_word(problem)
            self._tell(problem, error, profile)
            raise problem from None  # whose text may quote the question
        except Problem as problem:
            outcome = _last_word(problem)
            raise
        else:
            outcome = "answered"
            return answer
        finally:
            self.last = Last(outcome, outcome not in THEIR_FAULT, monotonic())
            self._observer.ended(action, outcome, perf_counter() - started)

    async def _generate(self, question: str, action: Action, profile: str) -> str:
        asked = await self._profiles.get(profile)
        answer = await asked.generate(question, action=action)
        if not answer:
            raise SelectAIFailed
        return str(answer)

    async def _bounded(self, work: Coroutine[Any, Any, str]) -> str:
        """Nobody waits for one that is given up: the driver awaits the server's consent to it."""
        task = detached(work)
        self._asked.add(task)
        task.add_done_callback(self._forget)
        try:
            await asyncio.wait([task], timeout=self._limit)
            if task.done():
                return task.result()
        finally:
            task.cancel()
        raise SelectAITimeout

    def _forget(self, task: asyncio.Task[str]) -> None:
        self._asked.discard(task)
        if not task.cancelled():
            task.exception()  # of one that nobody waits for

    @staticmethod
    def _tell(problem: Problem, error: Exception, profile: str) -> None:
        structlog.get_logger().warning(
            "a question has no answer",
            problem=problem.type,
            error=type(error).__name__,
            codes=list(codes_of(error)),
            profile=profile,
        )


def _last_word(problem: Problem) -> str:
    return problem.type.rpartition("-")[2]
