"""Verifies signed tokens (RFC 7519, RFC 9068, RFC 8725). Imported where there are keys.

PyJWT checks the signature and the claims that it knows; here is what it leaves to us: the type,
which key may be used with which algorithm, and that what is read is what it should be.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import jwt

from chassis.auth.principal import Principal
from chassis.auth.problems import InvalidToken, expired, unknown_key

UNREADABLE = (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError)
"""ValueError is also text that UTF-8 cannot carry: JSON may hold half a surrogate pair."""
LONGEST = 255
"""Characters of a subject: OpenID Connect Core, 2."""


class WrongTypeError(jwt.InvalidTokenError):
    """An ID token, say: signed by the issuer, and not meant for a service."""


class WrongClaimError(jwt.InvalidTokenError):
    """A claim that is asked for is another, or is not what such a claim is."""


@dataclass(frozen=True)
class Key:
    material: Any = field(repr=False)
    algorithms: Sequence[str]
    """Those that are meant for it: the token only chooses among them (RFC 8725, 3.1)."""


@dataclass(frozen=True)
class Rules:
    """What a token of one issuer must say."""

    issuer: str
    audiences: Sequence[str]
    types: frozenset[str] = frozenset({"at+jwt"})
    """Values of `typ` in small letters, without `application/`; an empty one allows none at all."""
    audience_claim: str = "aud"
    scope_claim: str = "scope"
    required: Mapping[str, Any] = field(default_factory=dict)
    leeway: float = 0.0


class Keys(Protocol):
    async def key(self, kid: str | None) -> Key | None:
        """None of what is unknown. Raises IssuerUnavailable when that cannot be told."""


class TokenVerifier:
    """Of several issuers: it is the key that says whose token it is."""

    def __init__(self, sources: Sequence[tuple[Keys, Rules]]) -> None:
        self._sources = sources

    async def verify(self, token: str) -> tuple[Principal, float]:
        """Who calls, and when the token ends. Raises InvalidToken, IssuerUnavailable."""
        header = _header(token)
        for keys, rules in self._sources:
            if (key := await keys.key(header.get("kid"))) is not None:
                return _verified(token, header, key, rules)
        raise unknown_key()


def _header(token: str) -> dict[str, Any]:
    try:
        header = jwt.get_unverified_header(token)
    except UNREADABLE as error:
        raise InvalidToken from error
    if "crit" in header:  # it asks for an extension, and there is none that we know
        raise InvalidToken
    return header


def _verified(
    token: str, header: Mapping[str, Any], key: Key, rules: Rules
) -> tuple[Principal, float]:
    try:
        _check_type(header.get("typ"), rules)
        claims = _claims(token, key, rules)
        return _principal(claims, rules), float(claims["exp"])
    except jwt.ExpiredSignatureError as error:
        raise expired() from error
    except UNREADABLE as error:
        raise InvalidToken from error


def _check_type(typ: object, rules: Rules) -> None:
    told = "" if typ is None else typ
    if not isinstance(told, str) or told.lower().removeprefix("application/") not in rules.types:
        raise WrongTypeError


def _claims(token: str, key: Key, rules: Rules) -> dict[str, Any]:
    by_library = rules.audience_claim == "aud"
    claims = jwt.decode(
        token,
        key.material,
        list(key.algorithms),
        options={"require": ["exp", "iss", "sub"], "verify_aud": by_library},
        audience=rules.audiences if by_library else None,
        issuer=rules.issuer,
        leeway=rules.leeway,
    )
    if not by_library and not set(rules.audiences) & set(
        _texts(claims.get(rules.audience_claim, []))
    ):
        raise jwt.InvalidAudienceError
    if any(claims.get(name) != value for name, value in rules.required.items()):
        raise WrongClaimError
    return claims


def _principal(claims: Mapping[str, Any], rules: Rules) -> Principal:
    subject, session = claims["sub"], claims.get("sid")
    if not 0 < len(subject.encode()) <= LONGEST or not isinstance(session, str | None):
        raise WrongClaimError
    scopes = frozenset(_texts(_at(claims, rules.scope_claim)))
    return Principal(subject, scopes, session, rules.issuer, claims=claims)


def _at(claims: Mapping[str, Any], path: str) -> Any:
    """The claim of that name, or within claims: `realm_access.roles`."""
    if path in claims:
        return claims[path]
    first, _, rest = path.partition(".")
    inner = claims.get(first)
    return _at(inner, rest) if rest and isinstance(inner, Mapping) else []


def _texts(value: Any) -> list[str]:
    """A list, or words with spaces between them; both are in use."""
    found = value.split() if isinstance(value, str) else value
    if not isinstance(found, list) or not all(isinstance(it, str) for it in found):
        raise TypeError
    return found
