"""Tokens of the service's own: what they say, by which keys, and how those change."""

import json
import time
from itertools import pairwise
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from chassis.auth.own_keys import own_key
from chassis.auth.wiring import own_issuer
from chassis.settings import Settings
from tests.chassis.auth.forging import Forge
from tests.chassis.auth.guarded import router
from tests.chassis.auth.pairs import ed25519
from tests.support.callers import KEY, acting_as, bearer, with_auth
from tests.support.clients import client_of
from tests.support.composition import StartApp

OTHER = "another key of the tests, which nobody else should use"


def claims_of(headers: dict[str, str]) -> dict[str, Any]:
    token = headers["Authorization"].removeprefix("Bearer ")
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def test_a_token_says_what_rfc_9068_wants(settings: Settings) -> None:
    headers = acting_as(settings, "ada", "b", "a", session="s1", claims={"tenant": 7, "sub": "eve"})
    claims, now = claims_of(headers), time.time()

    assert claims["iss"] == claims["aud"] == settings.service.name
    assert (claims["sub"], claims["scope"], claims["sid"], claims["tenant"]) == (
        "ada",
        "a b",
        "s1",
        7,
    )
    assert claims["exp"] - claims["iat"] == settings.auth.access_ttl == 900
    assert now - 5 <= claims["iat"] <= now
    header = jwt.get_unverified_header(headers["Authorization"].removeprefix("Bearer "))
    assert header == {"alg": "HS256", "typ": "at+jwt", "kid": own_key(KEY).id}


def test_no_two_tokens_are_the_same(settings: Settings) -> None:
    one, other = (claims_of(acting_as(settings, "ada")) for _ in range(2))
    assert one["jti"] != other["jti"]
    assert "sid" not in one


def test_issuer_audience_and_lifetime_are_settings(settings: Settings) -> None:
    told = with_auth(settings, keys=[KEY], issuer="shop", audience="all", access_ttl=60)
    claims = claims_of(acting_as(told, "ada"))
    assert (claims["iss"], claims["aud"]) == ("shop", "all")
    assert claims["exp"] - claims["iat"] == 60


@pytest.mark.parametrize(("first", "second"), [(KEY, OTHER), (KEY, ed25519()), (ed25519(), KEY)])
async def test_keys_change_without_a_token_that_somebody_refuses(
    start_app: StartApp, settings: Settings, first: str, second: str
) -> None:
    """Known before it signs, and as long as its tokens live: the steps of docs/who-calls.md."""
    steps = [[first], [first, second], [second, first]]
    for keys, next_keys in pairwise(steps):  # processes of two releases serve side by side
        old, new = (with_auth(settings, keys=it) for it in (keys, next_keys))
        tokens = [acting_as(it, "ada") for it in (old, new)]
        for running in (old, new):
            app = await start_app(running)
            app.include_router(router)
            async with client_of(app) as client:
                answers = [await client.get("/guarded", headers=it) for it in tokens]
            assert [it.status_code for it in answers] == [200, 200]


async def test_a_key_that_is_gone_verifies_no_more(start_app: StartApp, settings: Settings) -> None:
    app = await start_app(with_auth(settings, keys=[OTHER]))
    app.include_router(router)
    async with client_of(app) as client:
        answer = await client.get("/guarded", headers=acting_as(settings, "ada"))
    assert answer.status_code == 401


def test_only_public_halves_are_told(settings: Settings) -> None:
    pem = ed25519()
    issuer = own_issuer(with_auth(settings, keys=[KEY, pem]).auth, "shop")
    assert issuer is not None

    [jwk] = issuer.jwks()["keys"]

    assert set(jwk) == {"kty", "crv", "x", "kid", "alg", "use"}
    assert jwk["kid"] == own_key(pem).id
    assert KEY not in repr(issuer.keys)


def test_a_token_of_a_pair_is_verified_by_its_public_half(settings: Settings) -> None:
    pair = with_auth(settings, keys=[ed25519()])
    issuer = own_issuer(pair.auth, "shop")
    assert issuer is not None
    token = issuer.issue("ada")

    [jwk] = issuer.jwks()["keys"]
    assert jwt.decode(token, jwt.PyJWK(jwk), audience="shop")["sub"] == "ada"


async def test_the_public_half_of_a_pair_is_no_secret(
    start_app: StartApp, settings: Settings
) -> None:
    """RFC 8725, 2.1: whatever form of it a service might take for the key of an HMAC."""
    pem = ed25519()
    app = await start_app(with_auth(settings, keys=[pem]))
    app.include_router(router)
    public = load_pem_private_key(pem.encode(), None).public_key()
    forms = [
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.Raw, PublicFormat.Raw),
        json.dumps(own_key(pem).public_jwk()).encode(),
    ]
    name = settings.service.name
    forge = Forge(b"", "HS256", own_key(pem).id, name, name)

    async with client_of(app) as client:
        answers = [
            await client.get("/guarded", headers=bearer(forge.token(key=it))) for it in forms
        ]

    assert [it.status_code for it in answers] == [401] * 4


def test_without_keys_there_is_no_issuer(settings: Settings) -> None:
    assert own_issuer(with_auth(settings).auth, "shop") is None


def test_a_secret_is_named_by_what_tells_nothing_of_it() -> None:
    assert own_key(KEY).id == own_key(KEY).id != own_key(OTHER).id
    assert own_key(KEY).public_jwk() is None


def test_only_ed25519_signs() -> None:
    key = generate_private_key(SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with pytest.raises(ValueError, match="no Ed25519"):
        own_key(pem)
