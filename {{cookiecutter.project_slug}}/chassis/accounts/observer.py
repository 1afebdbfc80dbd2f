"""What is counted of accounts."""

from typing import Literal, Protocol

Outcome = Literal["succeeded", "failed", "throttled", "busy"]


class Observer(Protocol):
    def login(self, outcome: Outcome) -> None:
        """Somebody wanted to sign in, or to show that the password is known."""

    def refresh_reused(self) -> None:
        """A session was ended because its refresh token came twice."""


class Unobserved:
    def login(self, outcome: Outcome) -> None: ...

    def refresh_reused(self) -> None: ...
