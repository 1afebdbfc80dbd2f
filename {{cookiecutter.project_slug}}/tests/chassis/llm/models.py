"""Models that ask a server of a test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from chassis.llm.attempts import Attempts
from chassis.llm.endpoint import Endpoint
from chassis.llm.messages import Message
from chassis.llm.model import LanguageModel
from chassis.llm.observer import Unobserved
from chassis.llm.settings import LLMSettings
from chassis.web.serving.drain import Drain

HELLO = [Message("user", "Hello?")]
PATIENT = {"first_token_timeout": 60, "token_gap": 60, "answer_timeout": 90, "connect_timeout": 60}


class Recorder(Unobserved):
    def __init__(self) -> None:
        self.ends: list[tuple[str, str]] = []
        self.counted: list[tuple[int, int]] = []

    def ended(self, kind: str, end: str) -> None:
        self.ends.append((kind, end))

    def tokens(self, _: str, prompt: int, answer: int) -> None:
        self.counted.append((prompt, answer))


class Recorded(LanguageModel):
    recorder: Recorder


@asynccontextmanager
async def asking(url: str, fallback: str = "", **options: Any) -> AsyncIterator[Recorded]:
    settings = LLMSettings(
        **PATIENT | {"base_url": url, "fallback_base_url": fallback, "key": "secret"} | options
    )
    first = Endpoint(settings, url, "secret", "first")
    other = Endpoint(settings, fallback, "", "other") if fallback else None
    recorder = Recorder()
    model = Recorded(settings, Attempts(first, other), recorder, Drain())
    model.recorder = recorder
    try:
        yield model
    finally:
        for endpoint in model.attempts.endpoints:
            await endpoint.close()


async def said(model: LanguageModel, caller: str = "ada") -> list[str]:
    return [piece async for piece in model.stream(HELLO, caller=caller)]
