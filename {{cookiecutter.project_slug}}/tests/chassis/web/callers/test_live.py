"""Callers of a service over a real socket, as the server hands on what they send."""

from collections.abc import Iterator

import pytest

from chassis.auth.wiring import own_issuer
from tests.chassis.auth.pairs import ed25519
from tests.support.callers import with_auth
from tests.support.serving import Served, serving
from tests.support.settings import make_settings

KEY = ed25519()
NAME = "shop"
INVALID = 'Bearer error="invalid_token"'


@pytest.fixture(scope="module")
def served(database_url: str) -> Iterator[Served]:
    auth = {"AUTH_REQUIRED": "true", "AUTH_KEYS": KEY, "SERVICE_NAME": NAME}
    with serving(env={"DATABASE_URL": database_url, **auth}) as served:
        yield served


@pytest.fixture(scope="module")
def token(database_url: str) -> str:
    settings = with_auth(make_settings(database={"url": database_url}), keys=[KEY])
    issuer = own_issuer(settings.auth, NAME)
    assert issuer is not None
    return issuer.issue("ada")


def test_who_says_who_it_is_gets_through(served: Served, token: str) -> None:
    assert served.get("/nothing", headers={"Authorization": f"Bearer {token}"}).status_code == 404
    assert served.get("/health/live").status_code == 200
    [jwk] = served.get("/.well-known/jwks.json").json()["keys"]
    assert jwk["crv"] == "Ed25519"


@pytest.mark.parametrize(
    ("values", "challenge"),
    [
        ([], "Bearer"),
        (["Bearer {token}", "Bearer {token}"], INVALID),
        (["Bearer {token}", "Basic YTpi"], INVALID),
        (["Bearer {token}, Bearer {token}"], INVALID),
        (["Bearer " + "x" * 10_000], INVALID),
        (["Bearer \xff\xfe"], INVALID),
        (["Bearer\t{token}"], "Bearer"),
    ],
)
def test_what_is_sent_otherwise_is_refused(
    served: Served, token: str, values: list[str], challenge: str
) -> None:
    sent = [(b"Authorization", it.format(token=token).encode("latin-1")) for it in values]
    answer = served.get("/nothing", headers=sent)

    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, challenge)
    assert token not in served.log()
