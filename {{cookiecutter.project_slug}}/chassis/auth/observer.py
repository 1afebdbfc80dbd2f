"""What is counted of callers."""

from typing import Literal, Protocol

TokenOutcome = Literal["accepted", "expired", "invalid", "unknown_key", "revoked", "unavailable"]
FetchOutcome = Literal["ok", "failed"]


class Observer(Protocol):
    def token(self, outcome: TokenOutcome) -> None:
        """A credential was verified, which happens once for each token and process."""

    def key_fetch(self, outcome: FetchOutcome) -> None:
        """The keys of the provider were asked for."""


class Unobserved:
    def token(self, outcome: TokenOutcome) -> None: ...

    def key_fetch(self, outcome: FetchOutcome) -> None: ...
