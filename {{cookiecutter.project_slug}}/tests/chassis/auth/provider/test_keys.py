"""Which keys of a provider can be used, and with which algorithm."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    SECP384R1,
    EllipticCurve,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from chassis.auth.provider import keys_in
from chassis.auth.remote_keys import FetchError
from tests.chassis.auth.provider.issuers import rsa_key

ALL = ["RS256", "PS256", "ES256", "ES384", "EdDSA"]


def rsa(bits: int = 2_048, **more: Any) -> dict[str, Any]:
    jwk = RSAAlgorithm.to_jwk(rsa_key(1, bits).public_key(), as_dict=True)
    return {name: jwk[name] for name in ("kty", "n", "e")} | {"kid": "one", **more}


def ec(curve: EllipticCurve, **more: Any) -> dict[str, Any]:
    jwk = ECAlgorithm.to_jwk(generate_private_key(curve).public_key(), as_dict=True)
    return {**jwk, "kid": "one", **more}


def okp(**more: Any) -> dict[str, Any]:
    jwk = OKPAlgorithm.to_jwk(Ed25519PrivateKey.generate().public_key(), as_dict=True)
    return {**jwk, "kid": "one", **more}


@pytest.mark.parametrize(
    ("jwk", "algorithms"),
    [
        (rsa(alg="RS256"), ["RS256"]),
        (rsa(alg="PS256"), ["PS256"]),
        (rsa(), ["RS256", "PS256"]),
        (rsa(use="sig"), ["RS256", "PS256"]),
        (ec(SECP256R1()), ["ES256"]),
        (ec(SECP384R1()), ["ES384"]),
        (okp(alg="EdDSA"), ["EdDSA"]),
    ],
)
def test_a_key_is_for_what_it_says_else_for_what_its_kind_can_do(
    jwk: dict[str, Any], algorithms: list[str]
) -> None:
    assert keys_in({"keys": [jwk]}, ALL)["one"].algorithms == algorithms


@pytest.mark.parametrize(
    "jwk",
    [
        rsa(alg="RS512"),
        rsa(use="enc"),
        rsa(bits=1_024),
        rsa(n="!"),
        rsa(n=7),
        rsa(kid=7),
        ec(SECP256R1(), alg="ES384"),
        ec(SECP256R1(), crv="P-384"),
        ec(SECP256R1(), x="AA"),
        {"kty": "oct", "k": "AAAA", "kid": "one", "alg": "HS256"},
        {"kty": ["RSA"], "kid": "one"},
        {"kty": "OKP", "crv": ["Ed25519"], "kid": "one"},
        {},
        "text",
    ],
)
def test_what_is_of_no_use_is_passed_over(jwk: Any) -> None:
    assert list(keys_in({"keys": [jwk, rsa(kid="other")]}, ALL)) == ["other"]
    with pytest.raises(FetchError, match="none of 1 keys"):
        keys_in({"keys": [jwk]}, ALL)


def test_of_two_keys_of_one_name_the_first_counts() -> None:
    assert keys_in({"keys": [okp(), rsa()]}, ALL)["one"].algorithms == ["EdDSA"]


def test_a_key_without_a_name_is_for_tokens_without_one() -> None:
    assert set(keys_in({"keys": [rsa(kid=None)]}, ALL)) == {None}
