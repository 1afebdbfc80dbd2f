"""What the service remembers of callers, and what else it accepts."""

import pytest
from fastapi import FastAPI

from chassis.auth.authentication import Authentication
from chassis.auth.principal import Principal
from chassis.auth.problems import InvalidToken
from chassis.auth.tokens import TokenVerifier
from chassis.auth.verified import VerifiedTokens
from chassis.settings import Settings
from tests.support.callers import acting_as, bearer
from tests.support.clients import Client

ADA = Principal("ada", issuer="shop")


@pytest.fixture
def verifications(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    verify = TokenVerifier.verify

    async def noted(self: TokenVerifier, token: str) -> tuple[Principal, float]:
        found.append(token)
        return await verify(self, token)

    monkeypatch.setattr(TokenVerifier, "verify", noted)
    return found


async def test_a_token_is_verified_once(
    client: Client, settings: Settings, verifications: list[str]
) -> None:
    headers = acting_as(settings, "ada")
    for _ in range(3):
        assert (await client.get("/guarded", headers=headers)).json() == "ada"
    assert len(verifications) == 1


async def test_a_wrong_token_is_verified_once_for_a_request_and_never_remembered(
    app: FastAPI, client: Client, verifications: list[str]
) -> None:
    for _ in range(2):
        assert (await client.get("/guarded", headers=bearer("a.b.c"))).status_code == 401
    assert len(verifications) == 2
    assert len(app.state.authentication.verified) == 0


def test_what_was_verified_ends_with_its_token(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr("chassis.auth.verified.time", lambda: now)
    known = VerifiedTokens()
    known.keep(b"token", ADA, 1_060.0)

    assert known.get(b"token") is ADA
    now = 1_060.0
    assert known.get(b"token") is None
    assert len(known) == 0


def test_what_was_not_used_for_the_longest_time_is_forgotten_first() -> None:
    known, later = VerifiedTokens(at_most=2), 1e12
    known.keep(b"first", ADA, later)
    known.keep(b"second", ADA, later)
    known.get(b"first")
    known.keep(b"third", ADA, later)

    assert [known.get(it) is ADA for it in (b"first", b"second", b"third")] == [True, False, True]


async def test_another_kind_of_credential_is_known_by_how_it_begins(
    app: FastAPI, client: Client, settings: Settings
) -> None:
    async def check(key: str) -> Principal | None:
        return Principal("robot", kind="key") if key == "key_right" else None

    app.state.authentication.accept("key_", check)

    assert (await client.get("/guarded", headers=bearer("key_right"))).json() == "robot"
    assert (await client.get("/guarded", headers=bearer("key_wrong"))).status_code == 401
    assert (await client.get("/guarded", headers=acting_as(settings, "ada"))).json() == "ada"
    assert len(app.state.authentication.verified) == 1, "a key is asked for each time"


async def test_a_service_that_believes_nobody_refuses_every_token() -> None:
    headers = [(b"authorization", b"Bearer a.b.c")]
    with pytest.raises(InvalidToken):
        await Authentication().principal({"headers": headers})


def test_two_issuers_never_mean_the_same_caller() -> None:
    assert Principal("1", issuer="a").key != Principal("1", issuer="b").key
    assert Principal("1", claims={"email": "ada@shop.example"}) == Principal("1")
    assert "ada@shop.example" not in repr(Principal("1", claims={"email": "ada@shop.example"}))
