"""What is said to a model, and what it costs."""

from dataclasses import dataclass
from typing import Literal

CHARS_PER_TOKEN = 4
"""About: for an answer that broke off before the server had counted."""


@dataclass(frozen=True, slots=True)
class Message:
    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(slots=True)
class Usage:
    """Tokens of a call."""

    prompt: int = 0
    answer: int = 0

    @property
    def total(self) -> int:
        return self.prompt + self.answer

    @classmethod
    def about(cls, prompt: int, answer: int) -> "Usage":
        """Of so many characters."""
        return cls(prompt // CHARS_PER_TOKEN, answer // CHARS_PER_TOKEN)
