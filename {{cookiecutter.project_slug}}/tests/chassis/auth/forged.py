"""Forged and broken tokens, by what is wrong with them; of own keys, and of a provider's."""

import time
from collections.abc import Callable, Mapping

from tests.chassis.auth.forging import Forge

HOUR = 3_600

FORGED: Mapping[str, Callable[[Forge], str]] = {
    "without algorithm": lambda it: it.raw(
        {"typ": "at+jwt", "kid": it.kid, "alg": "none"}, it.claims, b""
    ),
    "algorithm None": lambda it: it.headed(alg=None),
    "algorithms in a list": lambda it: it.headed(alg=[it.algorithm]),
    "unknown algorithm": lambda it: it.headed(alg="HS999"),
    "algorithm of other keys": lambda it: it.headed(alg="ES512"),
    "signature of another token": lambda it: it.resigned(),
    "changed claims": lambda it: it.token().replace(".", ".e", 1),
    "signature cut off": lambda it: it.token()[:-5],
    "without signature": lambda it: it.token().rpartition(".")[0] + ".",
    "without kid": lambda it: it.token(without="kid"),
    "unknown kid": lambda it: it.token(header={"kid": "unknown"}),
    "kid that is no text": lambda it: it.headed(kid=7),
    "kid that is a path": lambda it: it.token(header={"kid": "../../dev/null"}),
    "kid with half a surrogate pair": lambda it: it.headed(kid="\ud800"),
    "ID token": lambda it: it.token(header={"typ": "JWT"}),
    "typ that is no text": lambda it: it.token(header={"typ": ["at+jwt"]}),
    "typ with half a surrogate pair": lambda it: it.token(header={"typ": "\ud800"}),
    "without typ": lambda it: it.token(without="typ"),
    "a key of its own": lambda it: it.token(
        key="a secret that the token brings along with itself",
        algorithm="HS256",
        header={"jwk": {"kty": "oct", "k": "AAAA"}, "jku": "http://127.0.0.1:9/keys"},
    ),
    "unknown extension": lambda it: it.token(header={"crit": ["exp"], "exp": 1}),
    "extension that the library knows": lambda it: it.token(header={"crit": ["b64"], "b64": True}),
    "payload elsewhere": lambda it: it.raw(
        {"typ": "at+jwt", "kid": it.kid, "alg": it.algorithm, "b64": False, "crit": ["b64"]}, b""
    ),
    "expired": lambda it: it.token(exp=int(time.time()) - HOUR),
    "without end": lambda it: it.token(without="exp"),
    "end that is no number": lambda it: it.token(exp="tomorrow"),
    "endless": lambda it: it.token(exp=float("inf")),
    "end that is a list": lambda it: it.token(exp=[1]),
    "end before all time": lambda it: it.token(exp=-(10**400)),
    "not yet valid": lambda it: it.token(nbf=int(time.time()) + HOUR),
    "issued tomorrow": lambda it: it.token(iat=int(time.time()) + 24 * HOUR),
    "another issuer": lambda it: it.token(iss="https://evil.example"),
    "issuers in a list": lambda it: it.token(iss=[it.claims["iss"]]),
    "without issuer": lambda it: it.token(without="iss"),
    "another audience": lambda it: it.token(aud="another-service"),
    "audience that is no text": lambda it: it.token(aud={it.claims["aud"]: 1}),
    "without audience": lambda it: it.token(without="aud"),
    "without subject": lambda it: it.token(without="sub"),
    "subject that is no text": lambda it: it.token(sub=7),
    "empty subject": lambda it: it.token(sub=""),
    "long subject": lambda it: it.token(sub="a" * 256),
    "subject with half a surrogate pair": lambda it: it.token(sub="\ud800"),
    "scope that is no text": lambda it: it.token(scope={"orders:write": True}),
    "scopes that are no texts": lambda it: it.token(scope=["orders:write", 7]),
    "session that is no text": lambda it: it.token(sid=7),
    "10 KB": lambda it: it.token(padding="x" * 10_000),
    "payload that is a list": lambda it: it.raw({"typ": "at+jwt", "kid": it.kid}, [1]),
    "header that is a list": lambda it: it.raw([1], it.claims),
    "header that is no JSON": lambda it: it.raw(b"{", it.claims),
    "header that is no text": lambda it: it.raw(b"\xff\xfe", it.claims),
    "deep header": lambda it: it.raw(b"[" * 4_000, b"{}"),
    "one part": lambda _: "token",
    "two parts": lambda _: "a.b",
    "five parts, as if encrypted": lambda _: "a.b.c.d.e",
    "two in one header": lambda it: f"{it.token()}, Bearer {it.token()}",
    "with a space": lambda it: it.token().replace(".", ". ", 1),
    "not ASCII": lambda _: "é.é.é",
}
"""Each is sent behind `Bearer`."""
