"""How a caller is refused, with the challenge that RFC 6750, 3, wants."""

from collections.abc import Iterable
from types import MappingProxyType
from typing import ClassVar

from chassis.auth.observer import TokenOutcome
from chassis.problems import Forbidden, Unauthenticated, Unavailable

CHALLENGE = "WWW-Authenticate"


class InvalidToken(Unauthenticated):
    """Raise it `from` what was found: its class goes to the log line, and nothing to the client."""

    type = "/problems/invalid-token"
    title = "Invalid token"
    detail = "The token is not valid here. Get a new one."
    default_headers = MappingProxyType({CHALLENGE: 'Bearer error="invalid_token"'})
    outcome: TokenOutcome = "invalid"
    """As it is counted."""


class IssuerUnavailable(Unavailable):
    """503 and not 401: a client throws a token away that is called invalid."""

    type = "/problems/issuer-unavailable"
    title = "Issuer unavailable"
    detail = "The keys to verify the token cannot be read. Nothing was changed; try again."
    retry_after = 5
    outcome: ClassVar[TokenOutcome] = "unavailable"


def missing_credentials() -> Unauthenticated:
    """Bare `Bearer`: who sent nothing has made no error (RFC 6750, 3.1)."""
    return Unauthenticated("Send a token: `Authorization: Bearer ...`.")


def expired() -> InvalidToken:
    return _invalid("expired", "The token has expired. Get a new one.")


def ended() -> InvalidToken:
    return _invalid("revoked", "The session has ended. Log in again.")


def unknown_key() -> InvalidToken:
    return _invalid("unknown_key", InvalidToken.detail)


def _invalid(outcome: TokenOutcome, detail: str | None) -> InvalidToken:
    problem = InvalidToken(detail)
    problem.outcome = outcome
    return problem


def insufficient_scope(needed: Iterable[str]) -> Forbidden:
    scope = " ".join(sorted(needed))
    challenge = f'Bearer error="insufficient_scope", scope="{scope}"'
    detail = f"The token does not allow this. Needed: {scope}."
    return Forbidden(detail, headers={CHALLENGE: challenge})
