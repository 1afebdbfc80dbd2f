"""Who may call: whose tokens are believed, and what these must say. See docs/who-calls.md."""

import json
import re
from contextlib import suppress
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import NoDecode

from chassis.settings.groups import Group
from chassis.settings.values import List, split_list

SHORTEST = 32
"""Bytes of a secret: as long as the digest it is for (RFC 7518, 3.2)."""
SECRET = "openssl rand -base64 48"  # noqa: S105  how to make one
ASYMMETRIC = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
)
NO_TYPE = "none"
BEGIN = "-----BEGIN "
ADDRESS = re.compile(r"https?://[^/?#\s@]+(/[^?#\s]*)?")
LOOPBACK = re.compile(r"http://(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?(/|$)")


def _keys(keys: list[SecretStr]) -> list[SecretStr]:
    return [_key(number, it.get_secret_value()) for number, it in enumerate(keys, 1)]


def _key(number: int, text: str) -> SecretStr:
    """Of a PEM in one line, a backslash and an n stand for each end of a line."""
    text = text.replace("\\n", "\n").strip()
    fault = _fault_of_pem(text) if text.startswith(BEGIN) else _fault_of_secret(text)
    if fault:
        message = f"key {number} {fault}"
        raise ValueError(message)
    return SecretStr(text)


def _fault_of_secret(text: str) -> str | None:
    if (size := len(text.encode())) < SHORTEST:
        return f"has {size} bytes of {SHORTEST} or more; make one: {SECRET}"
    if len(set(text)) < SHORTEST // 4:
        return f"is a few characters again and again; make one: {SECRET}"
    return None


def _fault_of_pem(text: str) -> str | None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415  there is one
        Ed25519PrivateKey,
    )
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        load_pem_private_key,
    )

    try:
        is_right = isinstance(load_pem_private_key(text.encode(), None), Ed25519PrivateKey)
    except (ValueError, TypeError):  # a public key, an encrypted one, none at all
        is_right = False
    advice = "is no private Ed25519 key without a password; make one: openssl genpkey -algorithm"
    return None if is_right else f"{advice} ed25519"


def _address(value: str) -> str:
    if value and not ADDRESS.fullmatch(value):
        message = "is no address of keys, like https://id.shop.example/keys"
        raise ValueError(message)
    return value


def _algorithms(values: list[str]) -> list[str]:
    if not values or not set(values) <= set(ASYMMETRIC):
        message = f"must be some of {', '.join(ASYMMETRIC)}"
        raise ValueError(message)
    return values


def _object(value: object) -> dict[str, Any]:
    with suppress(ValueError):
        value = json.loads(value or "{}") if isinstance(value, str) else value
    if isinstance(value, dict):
        return value
    message = 'must be a JSON object, such as {"token_use": "access"}'
    raise ValueError(message)


Keys = Annotated[list[SecretStr], NoDecode, BeforeValidator(split_list), AfterValidator(_keys)]
Address = Annotated[str, AfterValidator(_address)]
Algorithms = Annotated[List, AfterValidator(_algorithms)]


Claims = Annotated[dict[str, Any], NoDecode, BeforeValidator(_object)]


class AuthSettings(Group):
    """Who may call: bearer tokens of a provider, or of the service's own."""

    required: bool = False
    """Whether every route asks for a token, but those that are marked public."""
    leeway: float = Field(30.0, ge=0, le=300)
    """Seconds by which clocks may differ when a token begins and ends."""
    keys: Keys = []
    """Keys of tokens of its own; the first signs, all verify. Secrets, or Ed25519 keys in PEM."""
    issuer: str = ""
    """What its own tokens name as their issuer; empty is SERVICE_NAME."""
    audience: str = ""
    """Whom its own tokens are for; empty is SERVICE_NAME."""
    access_ttl: int = Field(900, ge=1, le=86_400)
    """Seconds for which a token of its own is valid."""
    oidc_issuer: str = ""
    """OpenID provider whose tokens are believed, as they name it; empty is none."""
    oidc_jwks_url: Address = ""
    """Where its keys are; empty asks the provider (OpenID Connect Discovery)."""
    oidc_audience: List = []
    """This service, as the provider's tokens name it; one of several is enough."""
    oidc_audience_claim: str = Field("aud", min_length=1)
    """Claim that holds the audience; `client_id` in the access tokens of Cognito."""
    oidc_algorithms: Algorithms = ["RS256", "PS256", "ES256", "EdDSA"]
    """Algorithms that its tokens may be signed with."""
    oidc_token_types: List = ["at+jwt"]
    """What `typ` may be: `JWT` for Keycloak, `none` where it is missing, as with Cognito."""
    oidc_scope_claim: str = Field("scope", min_length=1)
    """Claim that holds the scopes; a dot leads into a claim, `realm_access.roles`."""
    oidc_claims: Claims = {}
    """What a token must say besides, as a JSON object: `{"token_use": "access"}`."""

    @property
    def verifies_tokens(self) -> bool:
        return bool(self.keys or self.oidc_issuer)

    @property
    def has_public_keys(self) -> bool:
        """Of its own, for others to verify with."""
        return any(it.get_secret_value().startswith(BEGIN) for it in self.keys)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.oidc_issuer and not ADDRESS.fullmatch(self.oidc_issuer):
            message = "AUTH_OIDC_ISSUER is none, like https://id.shop.example/realms/shop"
            raise ValueError(message)  # alone: what depends on it is not wrong because of it
        if faults := [sentence for sentence, found in self._contradictions().items() if found]:
            raise ValueError("; ".join(faults))
        return self

    def _contradictions(self) -> dict[str, bool]:
        provider = bool(self.oidc_issuer)
        others = [it for it in type(self).model_fields if it.startswith("oidc_")]
        changed = [it for it in others if getattr(self, it) != type(self).model_fields[it].default]
        return {
            "AUTH_REQUIRED=true, and nobody's tokens are believed: set AUTH_OIDC_ISSUER or "
            "AUTH_KEYS": self.required and not self.verifies_tokens,
            f"AUTH_{''.join(changed[:1]).upper()} is of no use without AUTH_OIDC_ISSUER": (
                bool(changed) and not provider
            ),
            "AUTH_OIDC_AUDIENCE is missing: tokens that the provider made for other services would "
            "be taken": provider and not self.oidc_audience,
            "AUTH_OIDC_TOKEN_TYPES is empty, so no token would be taken; write at+jwt": provider
            and not self.oidc_token_types,
            f"AUTH_ISSUER={self.issuer} is AUTH_OIDC_ISSUER too: nobody could tell whose token it "
            "is": bool(self.keys) and provider and self.issuer == self.oidc_issuer,
        }

    def unsafe(self) -> list[str]:
        """Sentences on values that must not reach production."""
        addresses = {"AUTH_OIDC_ISSUER": self.oidc_issuer, "AUTH_OIDC_JWKS_URL": self.oidc_jwks_url}
        return [
            f"{name} begins with http: who stands between could replace the keys; use https"
            for name, value in addresses.items()
            if value.startswith("http:") and not LOOPBACK.match(value)
        ]
