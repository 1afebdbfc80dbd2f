"""Settings of language models; nothing of it is imported until LLM_BASE_URL is set."""

import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from chassis.settings.auth import LOOPBACK
from chassis.settings.groups import Group
from chassis.settings.values import Seconds

ADDRESS = re.compile(r"https?://[^/?#\s@]+(/[^?#\s]*)?")


def _address(value: str) -> str:
    if value and not ADDRESS.fullmatch(value):
        message = "is no address, like https://models.example/v1"
        raise ValueError(message)
    return value


Address = Annotated[str, AfterValidator(_address)]


class LLMSettings(Group):
    """A server of language models that speaks OpenAI's protocol."""

    base_url: Address = ""
    """Where it is, such as `https://models.example/v1`; empty is none, but a stub in `make dev`."""
    key: SecretStr = SecretStr("")
    """Its API key; empty where it asks for none."""
    model: str = "small"
    """The model that answers."""
    embedding_model: str = "embeddings"
    """The model that makes vectors of texts, of as many numbers as the table has."""
    fallback_base_url: Address = ""
    """Another server, asked where the first one fails before its first word; empty is none."""
    fallback_key: SecretStr = SecretStr("")
    """Its API key."""
    fallback_model: str = ""
    """Its model; empty is LLM_MODEL."""
    connect_timeout: Seconds = 2.0
    """Seconds to open a connection."""
    first_token_timeout: Seconds = 15.0
    """Seconds until the first word, with all that is tried for it; then 504."""
    token_gap: Seconds = 10.0
    """Seconds of silence between two words before a stream is given up."""
    answer_timeout: Seconds = 60.0
    """Seconds that a whole answer may take; that of a request ends at SERVER_REQUEST_TIMEOUT."""
    concurrency: int = Field(20, ge=1, le=10_000)
    """Calls at once, in each process."""
    permit_wait: Seconds = 0.5
    """Seconds a call waits until it may be made, before 503."""
    max_prompt_chars: int = Field(20_000, ge=1, le=10_000_000)
    """Characters of all that is sent in one call; more is answered with 422."""
    max_tokens: int = Field(1_000, ge=1, le=1_000_000)
    """Tokens of an answer, as the server is told."""
    max_answer_chars: int = Field(20_000, ge=1, le=10_000_000)
    """Characters of an answer, should the server not heed that."""
    calls_per_minute: int = Field(60, ge=0, le=1_000_000)
    """Calls of one caller, counted by each process; 0 is no limit."""
    tokens_per_day: int = Field(200_000, ge=0, le=1_000_000_000)
    """Tokens of one caller, questions and answers, counted by each process; 0 is no limit."""
    breaker_failures: int = Field(5, ge=1, le=1_000)
    """Failures in a row after which a server is left alone for a while."""
    breaker_seconds: Seconds = 10.0
    """Seconds until it is tried again."""

    @property
    def is_used(self) -> bool:
        return bool(self.base_url)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.fallback_base_url and not self.base_url:
            message = "LLM_FALLBACK_BASE_URL is of no use without LLM_BASE_URL"
            raise ValueError(message)
        return self

    def unsafe(self) -> list[str]:
        """Sentences on values that must not reach production."""
        named = {
            "LLM_BASE_URL": (self.base_url, self.key),
            "LLM_FALLBACK_BASE_URL": (self.fallback_base_url, self.fallback_key),
        }
        return [
            f"{name} begins with http: the key could be read on its way; use https"
            for name, (url, key) in named.items()
            if url.startswith("http:") and key.get_secret_value() and not LOOPBACK.match(url)
        ]
