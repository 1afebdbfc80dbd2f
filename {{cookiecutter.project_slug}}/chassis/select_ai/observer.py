"""What is counted of questions."""

from typing import Protocol


class Observer(Protocol):
    def begun(self) -> None:
        """A question waits for a session, or has one."""

    def ended(self, action: str, outcome: str, seconds: float) -> None:
        """`outcome` is `answered`, `cancelled`, or the last word of a problem's type."""


class Unobserved:
    def begun(self) -> None: ...

    def ended(self, action: str, outcome: str, seconds: float) -> None: ...
