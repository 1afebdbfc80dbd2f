"""Refresh tokens: a session's id, its generation, and proof that we wrote them.

The database holds nothing that can be used, and the successor of a token can be written again: who
loses the race of two refreshes gets the same one as who wins it.
"""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256
from struct import Struct
from typing import NamedTuple
from uuid import UUID

CLAIM = Struct(">16sI")
PREFIX = "rtoken_"
"""By which a log knows that it is to be hidden."""
TOKEN = re.compile(rf"{PREFIX}[\w-]{{70}}", re.ASCII)
PURPOSE = b"refresh token"
"""So that no signature for anything else is one for these."""


class Claim(NamedTuple):
    session_id: UUID
    generation: int

    @property
    def successor(self) -> "Claim":
        return Claim(self.session_id, self.generation + 1)


class RefreshTokens:
    """The first key signs, and all verify."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = [hmac.digest(key, PURPOSE, sha256) for key in keys]

    def issue(self, claim: Claim) -> str:
        return _issue(self._keys[0], claim)

    def read(self, token: str) -> Claim | None:
        """None for what is not ours, to the last letter."""
        if TOKEN.fullmatch(token) is None:
            return None
        session_id, generation = CLAIM.unpack_from(
            urlsafe_b64decode(f"{token.removeprefix(PREFIX)}==")
        )
        claim = Claim(UUID(bytes=session_id), generation)
        ours = [hmac.compare_digest(_issue(key, claim), token) for key in self._keys]
        return claim if any(ours) else None


def _issue(key: bytes, claim: Claim) -> str:
    claimed = CLAIM.pack(claim.session_id.bytes, claim.generation)
    written = claimed + hmac.digest(key, claimed, sha256)
    return f"{PREFIX}{urlsafe_b64encode(written).decode().rstrip('=')}"
