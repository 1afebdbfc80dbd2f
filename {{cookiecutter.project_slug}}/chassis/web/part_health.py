"""What parts tell of the last call they made, for health: `tell_health(app, "llm", model)`."""

from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

from fastapi import FastAPI


class Last(NamedTuple):
    end: str
    is_fine: bool
    """Whether it says nothing against who was called."""
    at: float
    """By the monotonic clock."""


class Calling(Protocol):
    @property
    def last(self) -> Last | None: ...


def tell_health(app: FastAPI, name: str, calling: Calling) -> None:
    app.state.parts = {**getattr(app.state, "parts", {}), name: calling}


def parts_of(state: Any) -> Iterator[tuple[str, Last | None]]:
    """Of `app.state`."""
    parts: dict[str, Calling] = getattr(state, "parts", {})
    for name, calling in parts.items():
        yield name, calling.last
