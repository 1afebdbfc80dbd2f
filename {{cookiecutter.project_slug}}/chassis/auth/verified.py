"""Tokens that were verified: a signature takes as long as several small requests."""

from collections import OrderedDict
from time import time

from chassis.auth.principal import Principal

AT_MOST = 4_096
"""Of each process; with usual tokens some megabytes."""


class VerifiedTokens:
    """The ones that were used last, by the header that they came in; each ends with its token.

    To take the header apart again would cost more than to find it.
    """

    def __init__(self, at_most: int = AT_MOST) -> None:
        self._at_most = at_most
        self._known: OrderedDict[bytes, tuple[Principal, float]] = OrderedDict()

    def get(self, header: bytes) -> Principal | None:
        found = self._known.get(header)
        if found is None:
            return None
        principal, ends = found
        if ends <= time():
            del self._known[header]
            return None
        self._known.move_to_end(header)
        return principal

    def keep(self, header: bytes, principal: Principal, ends: float) -> None:
        self._known[header] = principal, ends
        if len(self._known) > self._at_most:
            self._known.popitem(last=False)

    def forget(self) -> None:
        """When a key is no longer valid: what it has signed may be known here."""
        self._known.clear()

    def __len__(self) -> int:
        return len(self._known)
