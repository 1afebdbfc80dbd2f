"""Finds out who calls: a token is verified once, and then known as long as it lives."""

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import structlog

from chassis.auth.credentials import bearer_credential
from chassis.auth.observer import Observer, Unobserved
from chassis.auth.principal import PRINCIPAL, Principal
from chassis.auth.problems import InvalidToken, IssuerUnavailable, ended
from chassis.auth.verified import VerifiedTokens

if TYPE_CHECKING:
    from chassis.auth.issuer import Issuer

Check = Callable[[str], Awaitable[Principal | None]]
"""Of a credential; None when it is none, or has ended."""
REFUSED = "refused_credential"
"""In the state of a request, the problem: the next one who asks gets the same."""


class Verifier(Protocol):
    """Of signed tokens."""

    async def verify(self, token: str) -> tuple[Principal, float]:
        """Who calls, and the time at which the token ends. Raises a Problem."""


class Authentication:
    """What guards ask. Without verifier and other kinds of credential it knows nobody."""

    def __init__(
        self,
        verifier: Verifier | None = None,
        issuer: "Issuer | None" = None,
        observer: Observer | None = None,
        verified: VerifiedTokens | None = None,
    ) -> None:
        self.issuer = issuer
        """Signs tokens, if the service has keys of its own."""
        self.revoked: set[str] = set()
        """Sessions that have ended before their tokens; whoever ends them keeps this up to date."""
        self.verified = VerifiedTokens() if verified is None else verified
        self._verifier = verifier
        self._observer = observer or Unobserved()
        self._others: dict[str, Check] = {}

    def accept(self, prefix: str, check: Check) -> None:
        """Take another kind of credential, which begins so: an API key. It is asked each time."""
        self._others[prefix] = check

    async def principal(self, scope: MutableMapping[str, Any]) -> Principal | None:
        """None where no credential is sent. Raises a Problem for one that is wrong."""
        state = scope.setdefault("state", {})
        known: Principal | None = state.get(PRINCIPAL)
        if known is not None:
            return known
        if REFUSED in state:
            raise state[REFUSED]
        sent = [value for name, value in scope["headers"] if name == b"authorization"]
        if not sent:
            return None
        try:
            principal = await self._found(sent)
        except (InvalidToken, IssuerUnavailable) as problem:
            state[REFUSED] = problem
            self._observer.token(problem.outcome)
            raise
        if principal is not None:
            state[PRINCIPAL] = principal
            structlog.contextvars.bind_contextvars(principal=principal.id)
        return principal

    async def _found(self, sent: Sequence[bytes]) -> Principal | None:
        """`sent` are all headers of that name: there should be one."""
        principal = self.verified.get(sent[0]) if len(sent) == 1 else None
        if principal is None and (credential := bearer_credential(sent)) is not None:
            principal = await self._verify(credential, sent[0])
        if principal is not None and principal.session in self.revoked:
            raise ended()
        return principal

    async def _verify(self, credential: str, header: bytes) -> Principal:
        for prefix, check in self._others.items():
            if credential.startswith(prefix):
                return await _checked(check, credential)
        if self._verifier is None:
            raise InvalidToken
        principal, ends = await self._verifier.verify(credential)
        self.verified.keep(header, principal, ends)
        self._observer.token("accepted")
        return principal


async def _checked(check: Check, credential: str) -> Principal:
    principal = await check(credential)
    if principal is None:
        raise InvalidToken
    return principal
