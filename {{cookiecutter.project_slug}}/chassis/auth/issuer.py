"""Signs tokens: the service is its own issuer, and its tests are. Imported where there are keys."""

from collections.abc import Iterable, Mapping
from time import time
from typing import Any
from uuid import uuid4

from chassis.auth.own_keys import OwnKey

ACCESS_TOKEN = "at+jwt"  # noqa: S105  a media type
"""RFC 9068, 2.1: what says that it is no ID token."""


class Issuer:
    """Tokens in the shape of RFC 9068."""

    def __init__(
        self, keys: Iterable[OwnKey], name: str, audience: str, lifetime: int = 900
    ) -> None:
        """The first key signs; the others are known still."""
        self.keys = list(keys)
        self.name = name
        self.audience = audience
        self.lifetime = lifetime
        """Seconds."""

    def issue(
        self,
        subject: str,
        scopes: Iterable[str] = (),
        *,
        session: str | None = None,
        ttl: int | None = None,
        claims: Mapping[str, Any] | None = None,
    ) -> str:
        """An access token. `claims` are further ones; those that are checked cannot be replaced."""
        now = int(time())
        told = {
            "iss": self.name,
            "aud": self.audience,
            "sub": subject,
            "iat": now,
            "exp": now + (self.lifetime if ttl is None else ttl),
            "jti": uuid4().hex,
            "scope": " ".join(sorted(scopes)),
            **({} if session is None else {"sid": session}),
        }
        key = self.keys[0]
        return key.sign({**(claims or {}), **told}, {"typ": ACCESS_TOKEN, "kid": key.id})

    def jwks(self) -> dict[str, Any]:
        """The public keys, for `/.well-known/jwks.json` (RFC 7517)."""
        return {"keys": [jwk for key in self.keys if (jwk := key.public_jwk()) is not None]}
