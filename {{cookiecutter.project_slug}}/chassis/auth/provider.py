"""An OpenID Connect provider: where its keys are, and which of them are of use."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from chassis.auth.remote_keys import FetchError, KeySet
from chassis.auth.tokens import Key

WELL_KNOWN = "/.well-known/openid-configuration"
MOST_KEYS = 100
SHORTEST_RSA = 2_048
"""Bits: RFC 7518, 3.3."""
RSA = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
BY_KIND: Mapping[tuple[str, str | None], tuple[str, ...]] = {
    ("RSA", None): RSA,
    ("EC", "P-256"): ("ES256",),
    ("EC", "P-384"): ("ES384",),
    ("EC", "P-521"): ("ES512",),
    ("OKP", "Ed25519"): ("EdDSA", "Ed25519"),
}
"""What a key can be used with, by its type and curve. Secrets are not among them."""

FetchJSON = Callable[[str], Awaitable[Any]]
"""Raises FetchError."""


class Provider:
    def __init__(
        self, issuer: str, keys_at: str | None, algorithms: Collection[str], fetch: FetchJSON
    ) -> None:
        """`keys_at` is the address of the keys, where the provider does not tell it."""
        self._issuer = issuer
        self._keys_at = keys_at
        self._algorithms = algorithms
        self._fetch = fetch

    async def keys(self) -> KeySet:
        """Raises FetchError."""
        return keys_in(
            await self._fetch(self._keys_at or await self._discovered()), self._algorithms
        )

    async def _discovered(self) -> str:
        """OpenID Connect Discovery, 4."""
        address = self._issuer.rstrip("/") + WELL_KNOWN
        found = await self._fetch(address)
        told = found if isinstance(found, dict) else {}
        if told.get("issuer") != self._issuer:
            message = f"{address} is of another issuer than AUTH_OIDC_ISSUER"
            raise FetchError(message)
        keys_at, scheme = told.get("jwks_uri"), self._issuer.partition(":")[0]
        if not isinstance(keys_at, str) or not keys_at.startswith(("https://", f"{scheme}://")):
            message = f"{address} names no address of keys that can be used"
            raise FetchError(message)
        return keys_at


def keys_in(document: Any, algorithms: Collection[str]) -> KeySet:
    """Those of a JWKS (RFC 7517) that can verify, whatever else is in it. Raises FetchError."""
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        message = "what was read is no JWKS"
        raise FetchError(message)
    found: dict[str | None, Key] = {}
    for jwk in listed[:MOST_KEYS]:
        if isinstance(jwk, dict) and (key := _key(jwk, algorithms)) is not None:
            found.setdefault(jwk.get("kid"), key)
    if not found:
        message = f"none of {len(listed)} keys can verify {', '.join(algorithms)}"
        raise FetchError(message)
    return found


def _key(jwk: dict[str, Any], allowed: Collection[str]) -> Key | None:
    """A key without `alg` is for all that its kind can do, and the settings allow."""
    if jwk.get("use", "sig") != "sig" or not isinstance(jwk.get("kid"), str | None):
        return None
    kind = jwk.get("kty"), jwk.get("crv")
    possible = next((it for known, it in BY_KIND.items() if known == kind), ())
    meant = [it for it in possible if it in allowed and jwk.get("alg", it) == it]
    if not meant:
        return None
    try:
        material = jwt.PyJWK(jwk, meant[0]).key
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    if isinstance(material, RSAPublicKey) and material.key_size < SHORTEST_RSA:
        return None
    return Key(material, meant)
