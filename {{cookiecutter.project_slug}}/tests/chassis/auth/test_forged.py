"""Forged and broken credentials: each is refused, nothing breaks, and nothing of it is told."""

import pytest
from fastapi import FastAPI

from chassis.auth.own_keys import own_key
from chassis.settings import Settings
from tests.chassis.auth.forged import FORGED
from tests.chassis.auth.forging import Forge
from tests.support.callers import KEY, acting_as, bearer
from tests.support.clients import Client
from tests.support.composition import ReadLog

CHALLENGE = 'Bearer error="invalid_token"'


@pytest.fixture
def forge(settings: Settings) -> Forge:
    name = settings.service.name
    return Forge(KEY.encode(), "HS256", own_key(KEY).id, name, name)


async def test_what_the_forge_leaves_alone_is_believed(client: Client, forge: Forge) -> None:
    assert (await client.get("/guarded", headers=bearer(forge.token()))).json() == "ada"


@pytest.mark.parametrize("wrong", FORGED)
async def test_a_forged_token_is_refused_and_told_nowhere(
    client: Client, forge: Forge, wrong: str, read_log: ReadLog, capsys: pytest.CaptureFixture[str]
) -> None:
    token = FORGED[wrong](forge)
    answer = await client.get(
        "/guarded", headers=[(b"Authorization", f"Bearer {token}".encode("latin-1"))]
    )

    assert answer.status_code == 401, answer.text
    assert answer.headers["WWW-Authenticate"] == CHALLENGE
    assert answer.json()["type"] == "/problems/invalid-token"
    [line] = read_log("request")
    assert line["problem"] == "/problems/invalid-token"
    assert "principal" not in line
    told = f"{answer.text}{line}{capsys.readouterr()}"
    assert not [part for part in token.split(".") if len(part) > 12 and part in told]


@pytest.mark.parametrize(
    ("headers", "challenge"),
    [
        ([], "Bearer"),
        ([("Authorization", "")], "Bearer"),
        ([("Authorization", "Basic YTpi")], "Bearer"),
        ([("Authorization", "Bearer")], "Bearer"),
        ([("Authorization", "Bearer   ")], "Bearer"),
        ([("Authorization", "{token}")], "Bearer"),
        ([("Authorization", "Bearer {token}")] * 2, CHALLENGE),
        ([("Authorization", "Basic YTpi"), ("Authorization", "Bearer {token}")], CHALLENGE),
        ([("Cookie", "Authorization=Bearer {token}")], "Bearer"),
    ],
)
async def test_a_credential_that_is_not_sent_as_it_should_be_is_refused(
    client: Client, forge: Forge, headers: list[tuple[str, str]], challenge: str
) -> None:
    given = [(name, value.format(token=forge.token())) for name, value in headers]
    answer = await client.get("/guarded", headers=given)

    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, challenge)


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer  "])
async def test_the_scheme_may_be_written_otherwise(
    client: Client, forge: Forge, scheme: str
) -> None:
    answer = await client.get("/guarded", headers={"Authorization": f"{scheme} {forge.token()}"})
    assert answer.json() == "ada"


async def test_a_token_in_the_address_is_none(client: Client, forge: Forge) -> None:
    """RFC 6750, 2.3: addresses are logged by everybody."""
    answer = await client.get("/guarded", params={"access_token": forge.token()})
    assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_an_expired_token_is_said_to_be_expired(
    client: Client, settings: Settings, read_log: ReadLog
) -> None:
    answer = await client.get("/guarded", headers=acting_as(settings, "ada", ttl=-3_600))

    assert answer.json()["detail"] == "The token has expired. Get a new one."
    assert read_log("request")[0]["cause"] == "ExpiredSignatureError"


async def test_an_ended_session_is_out_in_spite_of_its_token(
    app: FastAPI, client: Client, settings: Settings
) -> None:
    headers = acting_as(settings, "ada", session="s1")
    assert (await client.get("/guarded", headers=headers)).json() == "ada"

    app.state.authentication.revoked.add("s1")

    answer = await client.get("/guarded", headers=headers)
    assert answer.json()["detail"] == "The session has ended. Log in again."
    assert answer.headers["WWW-Authenticate"] == CHALLENGE
    other = acting_as(settings, "ada", session="s2")
    assert (await client.get("/guarded", headers=other)).json() == "ada"
