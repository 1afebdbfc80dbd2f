"""The port: what a feature asks a language model for."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from time import monotonic
from typing import TypeVar

import structlog
from pydantic import BaseModel, ValidationError

from chassis.llm.attempts import Attempts
from chassis.llm.budgets import Budgets
from chassis.llm.endpoint import Endpoint, GarbageError
from chassis.llm.meaning import FAILURES
from chassis.llm.messages import Message, Usage
from chassis.llm.observer import Kind, Observer
from chassis.llm.permits import Permits
from chassis.llm.problems import (
    AnswerTooLong,
    AnswerUnfit,
    ModelCut,
    ModelFailed,
    ModelTimeout,
    ModelUnavailable,
    PromptTooLong,
)
from chassis.llm.settings import LLMSettings
from chassis.problems import Problem
from chassis.web.part_health import Last
from chassis.web.serving.drain import Drain

Form = TypeVar("Form", bound=BaseModel)
THEIR_FAULT = {
    it.type.rpartition("/")[2] for it in (ModelUnavailable, ModelTimeout, ModelFailed, ModelCut)
}
TRIES = 2
"""Of an answer in a form: models miss it now and then."""


class LanguageModel:
    """Every call is bounded in length, time and number; `caller` is whose budget it is."""

    def __init__(
        self, settings: LLMSettings, attempts: Attempts, observer: Observer, drain: Drain
    ) -> None:
        self.settings, self.attempts = settings, attempts
        self.permits = Permits(settings.concurrency, settings.permit_wait, observer)
        self._budgets = Budgets(settings.calls_per_minute, settings.tokens_per_day)
        self._observer, self._drain = observer, drain
        self.last: Last | None = None

    async def stream(
        self, messages: Sequence[Message], *, caller: str
    ) -> AsyncGenerator[str, None]:
        """Pieces of an answer. Raises a Problem, before the first one or after it."""
        usage, started, length = Usage(), monotonic(), 0
        prompt = self._check([it.content for it in messages])
        async with self._call("stream", caller):
            endpoint, (first, pieces) = await self.attempts.run(
                lambda it: _opened(it, messages, usage), self.settings.first_token_timeout
            )
            self._observer.first_token(endpoint.model, monotonic() - started)
            piece: str | None = first
            try:
                async with aclosing(pieces):
                    while piece is not None:
                        length += len(piece)
                        if length > self.settings.max_answer_chars:
                            raise AnswerTooLong
                        yield piece
                        piece = await self._next(pieces, started)
            finally:
                self._charge(
                    caller, endpoint, usage if usage.total else Usage.about(prompt, length)
                )

    async def answer(self, messages: Sequence[Message], form: type[Form], *, caller: str) -> Form:
        """An answer in a form. Raises a Problem; AnswerUnfit where it misses the form twice."""
        self._check([it.content for it in messages])
        schema = form.model_json_schema()
        async with self._call("answer", caller), _within(self.settings.answer_timeout):
            for _ in range(TRIES):
                endpoint, found = await self.attempts.run(
                    lambda it: it.complete(messages, schema), self.settings.answer_timeout
                )
                self._charge(caller, endpoint, found.usage)
                if len(found.text) > self.settings.max_answer_chars:
                    raise AnswerTooLong
                try:
                    return form.model_validate_json(found.text)
                except ValidationError as error:
                    count = error.error_count()  # its text quotes the answer
                structlog.get_logger().warning(
                    "an answer does not fit", model=endpoint.model, errors=count
                )
            raise AnswerUnfit

    async def embed(self, texts: Sequence[str], *, caller: str) -> list[list[float]]:
        """A vector for each text. Raises a Problem."""
        self._check(texts)
        async with self._call("embedding", caller):
            endpoint, (vectors, usage) = await self.attempts.run(
                lambda it: it.embed(texts), self.settings.answer_timeout
            )
            self._charge(caller, endpoint, usage)
            return vectors

    def _check(self, texts: Sequence[str]) -> int:
        length = sum(map(len, texts))
        if length > self.settings.max_prompt_chars:
            raise PromptTooLong
        return length

    async def _next(self, pieces: AsyncGenerator[str, None], started: float) -> str | None:
        left = started + self.settings.answer_timeout - monotonic()
        try:
            async with asyncio.timeout(min(self.settings.token_gap, left)):
                return await anext(pieces, None)
        except TimeoutError:
            raise ModelTimeout from None
        except FAILURES:
            raise ModelCut from None

    def _charge(self, caller: str, endpoint: Endpoint, usage: Usage) -> None:
        self._budgets.charge(caller, usage.total)
        self._observer.tokens(endpoint.model, usage.prompt, usage.answer)

    @asynccontextmanager
    async def _call(self, kind: Kind, caller: str) -> AsyncIterator[None]:
        end = "left"
        try:
            self._budgets.admit(caller)
            async with self.permits.one():
                yield
            end = "done"
        except Problem as problem:
            end = problem.type.rpartition("/")[2]
            raise
        except BaseException:
            end = "drain" if self._drain.is_set() else "left"
            raise
        finally:
            self.last = Last(end, end not in THEIR_FAULT, monotonic())
            self._observer.ended(kind, end)


@asynccontextmanager
async def _within(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise ModelTimeout from None


async def _opened(
    endpoint: Endpoint, messages: Sequence[Message], usage: Usage
) -> tuple[str, AsyncGenerator[str, None]]:
    """The first piece, and the rest."""
    pieces = endpoint.stream(messages, usage)
    try:
        return await anext(pieces), pieces
    except StopAsyncIteration:
        raise GarbageError from None
