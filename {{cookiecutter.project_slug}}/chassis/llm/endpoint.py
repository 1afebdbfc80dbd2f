"""One server of language models: the only module that knows OpenAI's SDK."""

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import openai
from openai.types.chat import ChatCompletionChunk

from chassis.llm.breaker import Breaker
from chassis.llm.messages import Message, Usage
from chassis.llm.settings import LLMSettings

NOT_UNDERSTOOD = (ValueError, TypeError, AttributeError, IndexError, KeyError)
"""What the SDK raises, or does not notice, of an answer that is none."""


class GarbageError(Exception):
    """What came is none of the protocol."""


@contextmanager
def _understood() -> Iterator[None]:
    """Raises GarbageError, which quotes nothing of the answer."""
    try:
        yield
    except NOT_UNDERSTOOD:
        raise GarbageError from None


@dataclass(frozen=True)
class Answer:
    text: str
    usage: Usage


class Endpoint:
    def __init__(self, settings: LLMSettings, url: str, key: str, model: str) -> None:
        self.model = model
        self.breaker = Breaker(settings.breaker_failures, settings.breaker_seconds)
        self._settings = settings
        timeout = httpx2.Timeout(settings.answer_timeout, connect=settings.connect_timeout)
        limits = httpx2.Limits(max_connections=settings.concurrency)
        self._client = openai.AsyncOpenAI(
            base_url=url,
            api_key=key or "none",  # it insists
            max_retries=0,  # and sleeps through `Retry-After`, up to two minutes
            http_client=httpx2.AsyncClient(timeout=timeout, limits=limits),
        )

    async def close(self) -> None:
        await self._client.close()

    async def stream(self, messages: Sequence[Message], usage: Usage) -> AsyncGenerator[str, None]:
        """Pieces of the answer; then `usage` is known. Raises GarbageError where it has no end."""
        with _understood():
            stream = await self._client.chat.completions.create(
                **self._request(messages), stream=True, stream_options={"include_usage": True}
            )
        has_end = False
        async with stream, aclosing(aiter(stream)) as chunks:
            while True:
                with _understood():
                    if (chunk := await anext(chunks, None)) is None:
                        break
                    text, ends = _read(chunk, usage)
                has_end = has_end or ends
                if text:
                    yield text
        if not has_end:
            raise GarbageError

    async def complete(self, messages: Sequence[Message], schema: dict[str, Any]) -> Answer:
        shape = {"name": "answer", "schema": schema, "strict": True}
        form = {"type": "json_schema", "json_schema": shape}
        with _understood():
            completion = await self._client.chat.completions.create(
                **self._request(messages) | {"response_format": form}
            )
            text, usage = completion.choices[0].message.content or "", Usage()
            _count(completion.usage, usage)
        return Answer(text, usage)

    async def embed(self, texts: Sequence[str]) -> tuple[list[list[float]], Usage]:
        with _understood():
            found = await self._client.embeddings.create(
                model=self._settings.embedding_model, input=list(texts), encoding_format="float"
            )
            vectors, usage = [list(map(float, it.embedding)) for it in found.data], Usage()
            _count(found.usage, usage)
        if len(vectors) != len(texts):
            raise GarbageError
        return vectors, usage

    def _request(self, messages: Sequence[Message]) -> dict[str, Any]:
        return {
            "model": self.model,
            "messages": [{"role": it.role, "content": it.content} for it in messages],
            "max_tokens": self._settings.max_tokens,
        }


def _read(chunk: ChatCompletionChunk, usage: Usage) -> tuple[str, bool]:
    """The text of a chunk, and whether it is the last one. Usage comes in one without choices."""
    _count(chunk.usage, usage)
    if not chunk.choices:
        return "", False
    choice = chunk.choices[0]
    return choice.delta.content or "", choice.finish_reason is not None


def _count(told: Any, usage: Usage) -> None:
    if told is not None:
        usage.prompt = int(told.prompt_tokens)
        usage.answer = int(getattr(told, "completion_tokens", 0) or 0)
