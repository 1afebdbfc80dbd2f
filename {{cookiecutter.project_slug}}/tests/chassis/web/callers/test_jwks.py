"""The keys with which others verify the tokens of the service."""

import jwt
from fastapi import FastAPI

from chassis.settings import Settings
from tests.chassis.auth.pairs import ed25519
from tests.support.callers import KEY, acting_as, with_auth
from tests.support.clients import Client, client_of
from tests.support.composition import StartApp


async def test_another_service_can_verify_by_what_is_told(
    start_app: StartApp, settings: Settings
) -> None:
    told = with_auth(settings, keys=[ed25519(), KEY], required=True)
    app: FastAPI = await start_app(told)

    async with client_of(app) as client:
        answer = await client.get("/.well-known/jwks.json")

    assert answer.headers["content-type"] == "application/jwk-set+json"
    assert answer.headers["cache-control"] == "public, max-age=300"
    [jwk] = answer.json()["keys"]
    token = acting_as(told, "ada")["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, jwt.PyJWK(jwk), audience=told.service.name)
    assert claims["sub"] == "ada"


async def test_a_secret_has_no_address(client: Client, settings: Settings) -> None:
    answer = await client.get("/.well-known/jwks.json", headers=acting_as(settings, "ada"))
    assert answer.status_code == 404
