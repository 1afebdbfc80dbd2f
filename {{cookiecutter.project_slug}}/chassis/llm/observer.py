"""What is counted of calls to language models."""

from typing import Literal, Protocol

Kind = Literal["stream", "answer", "embedding"]


class Observer(Protocol):
    def begun(self) -> None:
        """A call has its permit."""

    def ended(self, kind: Kind, end: str) -> None:
        """`end` is `done`, `left`, `drain`, or a problem's type without its path."""

    def released(self) -> None:
        """A permit is free again."""

    def first_token(self, model: str, seconds: float) -> None: ...

    def tokens(self, model: str, prompt: int, answer: int) -> None: ...


class Unobserved:
    def begun(self) -> None: ...

    def ended(self, kind: Kind, end: str) -> None: ...

    def released(self) -> None: ...

    def first_token(self, model: str, seconds: float) -> None: ...

    def tokens(self, model: str, prompt: int, answer: int) -> None: ...
