"""A service whose language model is the stub of development."""

from collections.abc import AsyncIterator, Iterator

import pytest
from fastapi import FastAPI

from chassis.llm.attempts import Attempts
from chassis.llm.messages import Message, Usage
from chassis.llm.model import LanguageModel
from chassis.llm.observer import Unobserved
from chassis.llm.settings import LLMSettings
from tools.llm_stub.answers import filled_in, vector, words


class Stub:
    """In the place of a server, without a socket."""

    model = "stub"

    def __init__(self) -> None:
        from chassis.llm.endpoint import Answer  # noqa: PLC0415  the SDK takes a while

        self.calls: list[str] = []
        self.mood = "good"
        self.dimensions = 64
        self._answer = Answer
        self.breaker = Never()

    async def stream(self, messages: list[Message], usage: Usage) -> AsyncIterator[str]:
        self.calls.append("stream")
        for word in words([{"content": messages[-1].content}]):
            yield word
        usage.prompt = 1

    async def complete(self, _: list[Message], schema: dict[str, object]) -> object:
        self.calls.append("answer")
        text = str(filled_in(schema) | {"mood": self.mood}).replace("'", '"')
        return self._answer(text, Usage(1, 1))

    async def embed(self, texts: list[str]) -> tuple[list[list[float]], Usage]:
        self.calls.append("embedding")
        return [vector(text)[: self.dimensions] for text in texts], Usage(1)


class Never:
    left = 0.0

    def succeeded(self) -> None: ...

    def failed(self) -> None: ...


@pytest.fixture
def stub(app: FastAPI) -> Iterator[Stub]:
    found = Stub()
    attempts = Attempts(found, None)  # type: ignore[arg-type]  # it does as one
    app.state.llm = LanguageModel(LLMSettings(), attempts, Unobserved(), app.state.drain)
    yield found
    app.state.llm = None
