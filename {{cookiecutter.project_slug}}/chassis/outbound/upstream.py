"""One service that this one calls: `await payments.get("/payments/7", read_as=Payment)`."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, MutableMapping
from functools import partial
from typing import Any, Protocol, TypedDict, TypeVar, Unpack, overload

from aiohttp import ClientTimeout
from multidict import CIMultiDict
from pydantic import ValidationError
from pydantic_core import to_json
from yarl import URL

from chassis.outbound.answer import Answer
from chassis.outbound.client import NEVER_ROUNDED, Call, Client
from chassis.outbound.deadline import call_given_up, time_left
from chassis.outbound.failures import (
    FAILURES,
    SUCCESS,
    failure,
    full,
    refused,
    too_late,
    unreadable,
)
from chassis.outbound.gate import FullError, Gate
from chassis.outbound.observation import Observation, next_header
from chassis.outbound.problems import UpstreamProblem
from chassis.outbound.retries import IDEMPOTENT, Budget, may_try_again, pause_before
from chassis.outbound.urls import Query
from chassis.settings.outbound import Limits

KEY, TRACE = "Idempotency-Key", "traceparent"
ALIKE = 0.01
"""Seconds; timeouts that differ by less need no object of their own."""

Kind = TypeVar("Kind")


class Options(TypedDict, total=False):
    """What a call may say besides its path; all of it may be left out."""

    params: Query
    """The query."""
    json: Any
    """The body: a model, or whatever JSON can hold."""
    headers: Mapping[str, str]
    """Besides those of the setting; nothing of the request that is being answered is passed on."""
    idempotency_key: str
    """Makes a POST or PATCH one that may be sent twice, if the upstream heeds such keys."""
    timeout: float
    """Seconds, in place of the upstream's own."""


class Verb(Protocol):
    """Sends a request. Raises UpstreamFailed, UpstreamUnavailable or UpstreamTimeout."""

    @overload
    def __call__(
        self, path: str, *, read_as: type[Kind], **options: Unpack[Options]
    ) -> Coroutine[Any, Any, Kind]: ...

    @overload
    def __call__(
        self, path: str, *, read_as: None = None, **options: Unpack[Options]
    ) -> Coroutine[Any, Any, Answer]: ...


class Upstream:
    """Within its limits, and never longer than the request that is being answered has left.

    Answers are successes (2xx), read as a type or as they are; all else is raised.
    """

    def __init__(
        self,
        client: Client,
        url_of: Callable[[str, Query | None], URL],
        limits: Limits,
        observation: Observation,
        headers: Mapping[str, str],
    ) -> None:
        self.name = observation.upstream
        self.limits = limits
        self.gate = Gate(limits.connections, limits.wait)
        self.observation = observation
        self._client = client
        self._url_of = url_of
        self._headers = headers
        self._budget = Budget()
        self._timeout = self._within(limits.timeout)
        self.get: Verb = partial(self._call, "GET")
        self.post: Verb = partial(self._call, "POST")
        self.put: Verb = partial(self._call, "PUT")
        self.patch: Verb = partial(self._call, "PATCH")
        self.delete: Verb = partial(self._call, "DELETE")

    async def _call(self, method: str, path: str, *, read_as: Any = None, **options: Any) -> Any:
        seconds = options.pop("timeout", None) or self.limits.timeout
        call = self._made(method, self._url_of(path, options.pop("params", None)), **options)
        observation = self.observation
        begun = observation.begun()
        try:
            answer = await self._tried(call, seconds)
            found = answer if read_as is None else self._read(answer, read_as)
        except UpstreamProblem as problem:
            observation.failed(begun, problem)
            raise
        except BaseException:
            if method != "GET":
                call_given_up()
            observation.cancelled(begun)
            raise
        observation.succeeded(begun)
        return found

    def _made(
        self,
        method: str,
        url: URL,
        *,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> Call:
        sent: MutableMapping[str, str] = dict(self._headers)
        if headers:
            sent = CIMultiDict(sent)  # in which one name has one value, whatever its letters
            sent.update(headers)
        if idempotency_key is not None:
            sent[KEY] = idempotency_key
        if json is not None:
            sent.setdefault("Content-Type", "application/json")
        body = None if json is None else to_json(json)
        repeatable = method in IDEMPOTENT or idempotency_key is not None
        return Call(method, url, sent, body, repeatable)

    def _read(self, answer: Answer, kind: type[Kind]) -> Kind:
        try:
            return answer.read_as(kind)
        except ValidationError as error:
            problem = unreadable(self.name, answer, error)
            raise problem from problem.because

    async def _tried(self, call: Call, seconds: float) -> Answer:
        now = asyncio.get_running_loop().time
        ends, attempt = now() + min(seconds, time_left()), 1
        self._budget.earn()
        while True:
            try:
                return await self._attempt(call, ends)
            except UpstreamProblem as problem:
                pause, attempt = pause_before(attempt, problem), attempt + 1
                allowed = attempt <= self.limits.attempts and now() + pause < ends
                harmless = may_try_again(problem, repeatable=call.repeatable)
                if not (allowed and harmless and self._budget.spend()):
                    raise
                self.observation.sent_again(problem, pause)
            await asyncio.sleep(pause)

    async def _attempt(self, call: Call, ends: float) -> Answer:
        now, name, gate = asyncio.get_running_loop().time, self.name, self.gate
        if ends <= now():
            problem = too_late(name)
            raise problem from problem.because
        try:
            await gate.enter(ends - now())
        except FullError:
            problem = full(name, gate.places, gate.seconds)
            raise problem from problem.because
        try:
            answer = await self._sent(call, ends - now())
        except FAILURES as error:
            problem = failure(name, error)
            raise problem from problem.because
        finally:
            gate.leave()
        if answer.status not in SUCCESS:
            problem = refused(name, answer)
            raise problem from problem.because
        return answer

    async def _sent(self, call: Call, left: float) -> Answer:
        usual, max_bytes = self._timeout, self.limits.max_bytes
        timeout = usual if abs(left - self.limits.timeout) < ALIKE else self._within(left)
        if (span_of := self.observation.span_of) is None:
            call.headers[TRACE] = next_header()
            return await self._client.send(call, timeout, max_bytes)
        with span_of(call.method) as span:
            call.headers[TRACE] = span.context.header()
            answer = await self._client.send(call, timeout, max_bytes)
            span.answered(answer.status)
            return answer

    def _within(self, seconds: float) -> ClientTimeout:
        connect, read = self.limits.connect_timeout, self.limits.read_timeout
        # For each piece of the answer aiohttp starts a timer: not where the total ends it anyhow.
        sock_read = read if read < seconds else None
        return ClientTimeout(seconds, connect, sock_read, ceil_threshold=NEVER_ROUNDED)
