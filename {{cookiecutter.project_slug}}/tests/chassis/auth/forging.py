"""Tokens as their issuer would make them, but for one thing; and such as nobody would make."""

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

import jwt

AT = {"typ": "at+jwt"}


class Forge:
    """Of one key, and of the claims that a service would believe."""

    def __init__(self, key: Any, algorithm: str, kid: str, issuer: str, audience: str) -> None:
        self.key = key
        self.algorithm = algorithm
        self.kid = kid
        now = int(time.time())
        self.claims: dict[str, Any] = {
            "iss": issuer,
            "aud": audience,
            "sub": "ada",
            "iat": now,
            "exp": now + 600,
            "scope": "orders:read orders:write",
        }

    def token(
        self,
        *,
        header: Mapping[str, Any] | None = None,
        without: str = "",
        key: Any = None,
        algorithm: str | None = None,
        **claims: Any,
    ) -> str:
        """Signed, whatever it says."""
        algorithm = algorithm or self.algorithm
        headers = {"alg": algorithm, "typ": "at+jwt", "kid": self.kid, **(header or {})}
        told = {**self.claims, **claims}
        parts = [{k: v for k, v in it.items() if k != without} for it in (headers, told)]
        signed = ".".join(_text(json.dumps(it).encode()) for it in parts)
        signer = jwt.get_algorithm_by_name(algorithm)
        key = key or self.key  # bytes as they are: the library refuses what looks like a public key
        prepared = key if isinstance(key, bytes) else signer.prepare_key(key)
        signature = signer.sign(signed.encode(), prepared)
        return f"{signed}.{_text(signature)}"

    def raw(self, header: Any, payload: Any, signature: bytes = b"signature") -> str:
        """Of parts that no library would put together; bytes are taken as they are."""
        parts = (
            it if isinstance(it, bytes) else json.dumps(it).encode() for it in (header, payload)
        )
        return ".".join(map(_text, (*parts, signature)))

    def headed(self, **header: Any) -> str:
        return self.raw({**AT, "alg": self.algorithm, "kid": self.kid, **header}, self.claims)

    def resigned(self) -> str:
        """With the signature of another token."""
        return f"{self.token().rpartition('.')[0]}.{self.token(sub='eve').rpartition('.')[2]}"


def _text(part: bytes) -> str:
    return urlsafe_b64encode(part).rstrip(b"=").decode()
