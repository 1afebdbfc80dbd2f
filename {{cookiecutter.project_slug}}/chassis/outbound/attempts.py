"""The attempts that a call is worth: one after the other, each within what is left of its time."""

import asyncio
from collections.abc import Awaitable
from contextlib import AbstractContextManager

from aiohttp import ClientTimeout

from chassis.outbound.answer import Answer
from chassis.outbound.client import NEVER_ROUNDED, Call, Client
from chassis.outbound.deadline import time_left
from chassis.outbound.failures import FAILURES, SUCCESS, failure, full, refused, too_late
from chassis.outbound.gate import FullError, Gate
from chassis.outbound.observation import Observation, Span, next_header
from chassis.outbound.problems import UpstreamProblem, fail_with
from chassis.outbound.retries import Budget, may_try_again, pause_before
from chassis.settings.outbound import Limits

TRACE = "traceparent"
ALIKE = 0.01
"""Seconds; timeouts that differ by less need no object of their own."""


class Attempts:
    """Of the calls to one upstream."""

    def __init__(self, client: Client, limits: Limits, observation: Observation) -> None:
        self.gate = Gate(limits.connections, limits.wait)
        self._name = observation.upstream
        self._client = client
        self._limits = limits
        self._observation = observation
        self._budget = Budget()
        self._timeout = within(limits, limits.timeout)

    async def answer_to(self, call: Call, seconds: float) -> Answer:
        now = asyncio.get_running_loop().time
        ends, attempt = now() + min(seconds, time_left()), 1
        self._budget.earn()
        while True:
            try:
                return await self._attempt(call, ends)
            except UpstreamProblem as problem:
                pause, attempt = pause_before(attempt, problem), attempt + 1
                allowed = attempt <= self._limits.attempts and now() + pause < ends
                harmless = may_try_again(problem, repeatable=call.repeatable)
                if not (allowed and harmless and self._budget.spend()):
                    raise
                self._observation.sent_again(problem, pause)
            await asyncio.sleep(pause)

    async def _attempt(self, call: Call, ends: float) -> Answer:
        name, gate = self._name, self.gate
        try:
            if not gate.enter_at_once():
                await gate.wait(self._left(ends))
        except FullError:
            fail_with(full(name, gate.places, gate.seconds))
        try:
            answer = await self._sent(call, self._left(ends))
        except FAILURES as error:
            fail_with(failure(name, error))
        finally:
            gate.leave()
        if answer.status not in SUCCESS:
            fail_with(refused(name, answer))
        return answer

    def _left(self, ends: float) -> float:
        """More than nothing, which to aiohttp is no limit at all."""
        left = ends - asyncio.get_running_loop().time()
        if left <= 0:
            fail_with(too_late(self._name))
        return left

    def _sent(self, call: Call, left: float) -> Awaitable[Answer]:
        usual = self._timeout
        bounds = usual if abs(left - self._limits.timeout) < ALIKE else within(self._limits, left)
        if (span_of := self._observation.span_of) is not None:
            return self._sent_in(span_of(call.method), call, bounds)
        call.headers[TRACE] = next_header()
        return self._client.send(call, bounds, self._limits.max_bytes)

    async def _sent_in(
        self, started: AbstractContextManager[Span], call: Call, bounds: ClientTimeout
    ) -> Answer:
        with started as span:
            call.headers[TRACE] = span.context.header()
            answer = await self._client.send(call, bounds, self._limits.max_bytes)
            span.answered(answer.status)
            return answer


def within(limits: Limits, seconds: float) -> ClientTimeout:
    # For each piece of the answer aiohttp starts a timer: not where the total ends it anyhow.
    read = limits.read_timeout if limits.read_timeout < seconds else None
    return ClientTimeout(seconds, limits.connect_timeout, read, ceil_threshold=NEVER_ROUNDED)
