"""Where a client stands after a request, and who finds out."""

from typing import NamedTuple, Protocol

from chassis.web.rate_limits.policies import Policy


class Standing(NamedTuple):
    """Where a client stands after a request."""

    policy: Policy
    allowed: bool
    remaining: int
    reset: int
    """Seconds until there is more."""

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Of draft-ietf-httpapi-ratelimit-headers."""
        told = f'"{self.policy.name}";r={self.remaining};t={self.reset}'
        return [self.policy.header, (b"ratelimit", told.encode())]


class Counter(Protocol):
    """Counts requests in a sliding window: all of this one, and a share of the one before."""

    async def hit(self, policy: Policy, client: str) -> Standing | None:
        """Count one request; None when it cannot be counted."""

    async def close(self) -> None: ...
