"""A service that believes the tokens of a provider, and what it takes from it."""

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi import FastAPI

from chassis.settings import Settings
from tests.chassis.auth.forged import FORGED
from tests.chassis.auth.forging import Forge
from tests.chassis.auth.guarded import router
from tests.chassis.auth.provider.calling import statuses
from tests.chassis.auth.provider.issuers import AUDIENCE, DISCOVERY, KEYS, FakeIssuer, rsa_key
from tests.support.callers import bearer, with_auth
from tests.support.clients import Client, client_of
from tests.support.composition import Composition, StartApp
from tests.support.eventually import eventually


async def test_a_providers_token_is_believed(client: Client, issuer: FakeIssuer) -> None:
    answer = await client.get("/scopes", headers=bearer(issuer.forge().token()))

    assert answer.json() == ["orders:read", "orders:write"]
    assert issuer.asked == [DISCOVERY, KEYS]


@pytest.mark.parametrize("wrong", FORGED)
async def test_a_forged_token_of_a_provider_is_refused(
    client: Client, issuer: FakeIssuer, wrong: str
) -> None:
    token = FORGED[wrong](issuer.forge())
    answer = await client.get(
        "/guarded", headers=[(b"Authorization", f"Bearer {token}".encode("latin-1"))]
    )

    assert answer.status_code == 401, answer.text
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


async def test_a_providers_public_key_is_no_secret(client: Client, issuer: FakeIssuer) -> None:
    """RFC 8725, 2.1: whatever form of it a service might take for the key of an HMAC."""
    public = issuer.keys["first"].public_key()
    forms = [
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        issuer.content(KEYS),
    ]
    forged = [issuer.forge().token(key=it, algorithm="HS256") for it in forms]

    assert await statuses(client, forged) == [401] * 3


async def test_another_algorithm_of_the_same_key_is_refused(
    client: Client, issuer: FakeIssuer
) -> None:
    """The settings name RS256, PS256, ES256 and EdDSA."""
    tokens = [issuer.forge().token(algorithm=it) for it in ("RS256", "PS256", "RS384", "PS512")]
    assert await statuses(client, tokens) == [200, 200, 401, 401]


@pytest.mark.parametrize(
    "broken",
    [
        (DISCOVERY, b"{", "no JSON"),
        (DISCOVERY, b"[]", "another issuer"),
        (DISCOVERY, b'{"issuer": "https://evil.example"}', "another issuer"),
        (DISCOVERY, b'{"issuer": "ISSUER", "jwks_uri": "file:///keys"}', "no address of keys"),
        (DISCOVERY, b'{"issuer": "ISSUER"}', "no address of keys"),
        (KEYS, b"[" * 100_000, "no JSON"),
        (KEYS, b"[]", "no JWKS"),
        (KEYS, b'{"keys": {}}', "no JWKS"),
        (KEYS, b'{"keys": [7, {}]}', "none of 2 keys can verify"),
        (KEYS, b" " * 300_000, "more than 262144 bytes"),
    ],
)
async def test_what_a_provider_should_not_say_is_told_to_the_log_and_not_to_the_caller(
    settings: Settings,
    start_app: StartApp,
    issuer: FakeIssuer,
    broken: tuple[str, bytes, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    path, content, reason = broken
    issuer.replaced[path] = content.replace(b"ISSUER", issuer.url.encode())
    app: FastAPI = await start_app(with_auth(settings, **issuer.settings()))
    app.include_router(router)

    async with client_of(app) as client:
        answer = await client.get("/guarded", headers=bearer(issuer.forge().token()))

    assert answer.status_code == 503
    assert reason in capsys.readouterr().out
    assert reason not in answer.text


async def test_a_redirect_to_other_keys_is_not_followed(
    settings: Settings, start_app: StartApp, issuer: FakeIssuer
) -> None:
    issuer.status = 302
    app: FastAPI = await start_app(with_auth(settings, **issuer.settings()))
    app.include_router(router)

    async with client_of(app) as client:
        assert await statuses(client, [issuer.forge().token()]) == [503]
    assert issuer.asked == [DISCOVERY]


async def test_a_provider_that_cannot_be_reached_delays_no_start(
    settings: Settings, start_app: StartApp, free_tcp_port: int
) -> None:
    away = f"http://127.0.0.1:{free_tcp_port}"
    app = await start_app(with_auth(settings, oidc_issuer=away, oidc_audience=["shop"]))
    app.include_router(router)

    async with client_of(app) as client:
        assert (await client.get("/plain")).status_code == 200
        token = Forge(rsa_key(1), "RS256", "first", away, AUDIENCE).token()
        assert await statuses(client, [token]) == [503]


async def test_the_keys_may_have_an_address_of_their_own(
    settings: Settings, start_app: StartApp, issuer: FakeIssuer
) -> None:
    told = issuer.settings(oidc_jwks_url=issuer.url + KEYS)
    app: FastAPI = await start_app(with_auth(settings, **told))
    app.include_router(router)

    async with client_of(app) as client:
        assert await statuses(client, [issuer.forge().token()]) == [200]
    assert issuer.asked == [KEYS]


async def test_a_service_ends_while_it_asks_for_keys(
    settings: Settings, composition: Composition, issuer: FakeIssuer
) -> None:
    issuer.may_answer.clear()
    app = composition.create_app(with_auth(settings, **issuer.settings()))
    async with app.router.lifespan_context(app):
        await eventually(lambda: len(issuer.asked) == 1)
