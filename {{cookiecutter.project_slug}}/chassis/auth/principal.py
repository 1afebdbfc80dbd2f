"""Who calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PRINCIPAL = "principal"
"""In the state of a request, as soon as somebody has asked who calls."""


@dataclass(frozen=True)
class Principal:
    """A person or a program whose credential was verified."""

    id: str
    """The subject of the token: whom the issuer means by it, for good."""
    scopes: frozenset[str] = frozenset()
    """What the credential allows."""
    session: str | None = None
    """`sid`: what a logout ends. None of a credential that belongs to no session."""
    issuer: str = ""
    """Who says so: an id means something only together with it."""
    kind: str = "token"
    """Of the credential: a signed token, or what else the service accepts."""
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """All that a signed token says: an email address, a tenant."""

    @property
    def key(self) -> str:
        """One text for the caller, unlike that of anybody else: what is counted or kept for it."""
        return f"{self.issuer} {self.id}"
