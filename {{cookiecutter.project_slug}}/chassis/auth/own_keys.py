"""The keys of AUTH_KEYS. Imported where there are some: it takes PyJWT and cryptography."""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwt.algorithms import OKPAlgorithm

from chassis.auth.tokens import Key

HMAC, EDDSA = "HS256", "EdDSA"


@dataclass(frozen=True)
class OwnKey:
    """Bound to its algorithm, by which it both signs and verifies."""

    id: str
    algorithm: str
    private: Any = field(repr=False)
    public: Any = field(repr=False)

    def sign(self, claims: Mapping[str, Any], header: Mapping[str, Any]) -> str:
        return jwt.encode(dict(claims), self.private, self.algorithm, dict(header))

    def public_jwk(self) -> dict[str, Any] | None:
        if self.algorithm == HMAC:
            return None
        jwk = _jwk(self.private)
        return jwk | {"kid": self.id, "alg": self.algorithm, "use": "sig"}

    def key(self) -> Key:
        return Key(self.public, [self.algorithm])


def own_key(text: str) -> OwnKey:
    """Of what AUTH_KEYS holds: an Ed25519 private key in PEM, or a secret."""
    if text.startswith("-----BEGIN"):
        private = load_pem_private_key(text.encode(), password=None)
        if not isinstance(private, Ed25519PrivateKey):
            message = "is no Ed25519 private key"
            raise ValueError(message)
        return OwnKey(_thumbprint(_jwk(private)), EDDSA, private, private.public_key())
    secret = text.encode()
    # What is made of a key with the key tells nothing about it, unlike its plain digest.
    kid = hmac.digest(secret, b"kid", sha256)[:12]
    return OwnKey(_text(kid), HMAC, secret, secret)


def _jwk(private: Ed25519PrivateKey) -> dict[str, Any]:
    public: dict[str, Any] = OKPAlgorithm.to_jwk(private.public_key(), as_dict=True)
    return {name: public[name] for name in ("crv", "kty", "x")}


def _thumbprint(jwk: Mapping[str, Any]) -> str:
    """RFC 7638."""
    canonical = json.dumps(dict(sorted(jwk.items())), separators=(",", ":"))
    return _text(sha256(canonical.encode()).digest())


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


class OwnKeys:
    """A source of keys that are all known."""

    def __init__(self, keys: Iterable[OwnKey]) -> None:
        self._keys = {it.id: it.key() for it in keys}

    async def key(self, kid: str | None) -> Key | None:
        return self._keys.get(kid or "")
