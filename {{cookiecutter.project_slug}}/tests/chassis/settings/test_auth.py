"""Who may call: every way to set it wrong is refused, in words and without telling a key."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from chassis.settings import Settings
from tests.chassis.settings.telling import URL, faults
from tests.support.serving import PROJECT

SECRET = "a secret of the tests, and long enough for it"
ED25519 = Ed25519PrivateKey.generate()
ISSUER = "https://id.shop.example/realms/shop"
PROVIDER = {"AUTH_OIDC_ISSUER": ISSUER, "AUTH_OIDC_AUDIENCE": "shop"}
SHORT = "AUTH_KEYS: key 1 has 5 bytes of 32 or more; make one: openssl rand -base64 48"


def pem(key: Any, encryption: KeySerializationEncryption | None = None) -> str:
    form = encryption or NoEncryption()
    return str(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, form).decode())


PUBLIC = ED25519.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
RSA = pem(generate_private_key(public_exponent=65_537, key_size=2_048))
NO_ED25519 = (
    "AUTH_KEYS: key 1 is no private Ed25519 key without a password; make one: "
    "openssl genpkey -algorithm ed25519"
)


@pytest.fixture(autouse=True)
def _database(setenv: Any) -> None:
    setenv(DATABASE_URL=URL)


def test_nobody_is_believed_unless_it_is_set(setenv: Any) -> None:
    assert not Settings().auth.verifies_tokens
    setenv(AUTH_KEYS="", AUTH_OIDC_ISSUER="", AUTH_OIDC_AUDIENCE="", AUTH_OIDC_CLAIMS="")
    assert not Settings().auth.verifies_tokens


def test_keys_are_a_list_in_which_a_pem_may_be_one_line(setenv: Any) -> None:
    line = pem(ED25519).replace("\n", "\\n")
    setenv(AUTH_KEYS=f"{SECRET.replace(',', '')}, {line}")
    first, second = Settings().auth.keys

    assert first.get_secret_value() == SECRET.replace(",", "")
    assert second.get_secret_value() == pem(ED25519).strip()
    assert Settings().auth.has_public_keys
    assert "secret of the tests" not in repr(Settings())


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("short", SHORT),
        ("a" * 40, "AUTH_KEYS: key 1 is a few characters again and again; make one: "),
        (f'["{"x1y2z3w4" * 4}", "short"]', "AUTH_KEYS: key 2 has 5 bytes of 32 or more"),
        (PUBLIC, NO_ED25519),
        (RSA, NO_ED25519),
        (pem(ED25519, BestAvailableEncryption(b"password")), NO_ED25519),
        ("-----BEGIN PRIVATE KEY-----", NO_ED25519),
        ("[one", "AUTH_KEYS: must be a JSON list"),
    ],
)
def test_a_key_that_is_none_is_refused_and_not_told(setenv: Any, value: str, fault: str) -> None:
    setenv(AUTH_KEYS=value)
    (found,) = faults()

    assert found.startswith(fault)
    assert len(value) < 6 or value not in found


@pytest.mark.parametrize(
    ("variables", "fault"),
    [
        (
            {"AUTH_REQUIRED": "true"},
            "AUTH_REQUIRED=true, and nobody's tokens are believed: set AUTH_OIDC_ISSUER or ",
        ),
        (
            {"AUTH_OIDC_ISSUER": ISSUER},
            "AUTH_OIDC_AUDIENCE is missing: tokens that the provider made for other services ",
        ),
        (
            {"AUTH_OIDC_AUDIENCE": "shop"},
            "AUTH_OIDC_AUDIENCE is of no use without AUTH_OIDC_ISSUER",
        ),
        (
            {"AUTH_OIDC_JWKS_URL": f"{ISSUER}/keys"},
            "AUTH_OIDC_JWKS_URL is of no use without AUTH_OIDC_ISSUER",
        ),
        (
            {**PROVIDER, "AUTH_OIDC_TOKEN_TYPES": ""},
            "AUTH_OIDC_TOKEN_TYPES is empty, so no token would be taken; write at+jwt",
        ),
        (
            {
                **PROVIDER,
                "AUTH_KEYS": "0123456789abcdefghijklmnopqrstuvwxyz",
                "AUTH_ISSUER": ISSUER,
            },
            f"AUTH_ISSUER={ISSUER} is AUTH_OIDC_ISSUER too: nobody could tell whose token it is",
        ),
        (
            {**PROVIDER, "AUTH_OIDC_ALGORITHMS": "RS256,HS256"},
            "AUTH_OIDC_ALGORITHMS: must be some of RS256, ",
        ),
        (
            {**PROVIDER, "AUTH_OIDC_ALGORITHMS": "none"},
            "AUTH_OIDC_ALGORITHMS: must be some of RS256, ",
        ),
        ({**PROVIDER, "AUTH_OIDC_ALGORITHMS": ""}, "AUTH_OIDC_ALGORITHMS: must be some of"),
        (
            {**PROVIDER, "AUTH_OIDC_CLAIMS": "access to all"},
            "AUTH_OIDC_CLAIMS: must be a JSON object",
        ),
        ({**PROVIDER, "AUTH_OIDC_CLAIMS": "[]"}, "AUTH_OIDC_CLAIMS: must be a JSON object"),
        (
            {**PROVIDER, "AUTH_OIDC_ISSUER": "id.shop.example"},
            "AUTH_OIDC_ISSUER is none, like https",
        ),
        ({**PROVIDER, "AUTH_OIDC_ISSUER": f"{ISSUER}?a=b"}, "AUTH_OIDC_ISSUER is none, like https"),
        ({**PROVIDER, "AUTH_OIDC_JWKS_URL": "file:///k"}, "AUTH_OIDC_JWKS_URL: is no"),
        ({"AUTH_LEEWAY": "3600"}, "AUTH_LEEWAY: "),
        ({"AUTH_ACCESS_TTL": "700000"}, "AUTH_ACCESS_TTL: "),
        ({"AUTH_KEY": "x"}, "AUTH_KEY is no setting; write AUTH_KEYS"),
    ],
)
def test_what_does_not_go_together_is_refused_in_one_sentence(
    setenv: Any, variables: dict[str, str], fault: str
) -> None:
    setenv(**variables)
    (found,) = faults()
    assert found.startswith(fault)


def test_a_provider_is_two_settings(setenv: Any) -> None:
    setenv(**PROVIDER)
    assert Settings().auth.verifies_tokens
    setenv(AUTH_OIDC_ALGORITHMS="RS256, EdDSA", AUTH_OIDC_JWKS_URL=f"{ISSUER}/keys")
    assert Settings().auth.verifies_tokens
    assert not Settings().auth.has_public_keys


def test_a_key_can_be_mounted_as_a_file(tmp_path: Path) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "auth_keys").write_text(pem(ED25519))

    (key,) = Settings().auth.keys
    assert key.get_secret_value() == pem(ED25519).strip()


def test_claims_are_an_object_in_json(setenv: Any) -> None:
    setenv(**PROVIDER, AUTH_OIDC_CLAIMS='{"token_use": "access"}')
    assert Settings().auth.oidc_claims == {"token_use": "access"}


@pytest.mark.parametrize("name", ["AUTH_OIDC_ISSUER", "AUTH_OIDC_JWKS_URL"])
def test_production_reads_keys_over_tls_alone(setenv: Any, name: str) -> None:
    setenv(**{**PROVIDER, "ENVIRONMENT": "production", name: "http://id.shop.example"})
    (found,) = faults()
    assert found == f"{name} begins with http: who stands between could replace the keys; use https"


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "[::1]:80"])
def test_production_reads_keys_of_its_own_machine_without_it(setenv: Any, host: str) -> None:
    setenv(**{**PROVIDER, "ENVIRONMENT": "production", "AUTH_OIDC_ISSUER": f"http://{host}/a"})
    assert Settings().auth.verifies_tokens


def test_a_service_that_sets_nothing_imports_nothing_of_it() -> None:
    program = (
        "import sys; from tests.chassis.application import create_app; "
        "from tests.support.settings import make_settings; "
        "create_app(make_settings(database={'url': 'postgresql://a@b/c'})); "
        "print([it for it in ('jwt', 'cryptography', 'aiohttp') if it in sys.modules])"
    )
    command = [sys.executable, "-c", program]
    found = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert found.stdout.splitlines()[-1] == "[]"
