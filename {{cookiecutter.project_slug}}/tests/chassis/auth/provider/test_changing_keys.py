"""The keys of a provider while it changes them, breaks, and lags."""

import asyncio

import pytest
from fastapi import FastAPI

from tests.chassis.auth.forging import Forge
from tests.chassis.auth.provider.calling import statuses
from tests.chassis.auth.provider.issuers import (
    AUDIENCE,
    DISCOVERY,
    KEYS,
    FakeIssuer,
    rsa_key,
)
from tests.support.callers import bearer
from tests.support.clients import Client
from tests.support.composition import ReadLog
from tests.support.eventually import eventually


@pytest.mark.usefixtures("_any_number_of_fetches")
async def test_keys_change_while_requests_run_and_none_fails(
    client: Client, issuer: FakeIssuer
) -> None:
    found: list[int] = []

    async def call(number: int) -> None:
        for turn in range(12):
            token = issuer.forge().token(jti=f"{number} {turn}")
            found.extend(await statuses(client, [token]))
            if number == 0 and turn % 3 == 2:
                issuer.rotate(f"{turn}")

    await asyncio.gather(*map(call, range(10)))

    assert found == [200] * 120
    assert len(issuer.keys) == 5
    assert issuer.asked.count(KEYS) <= 9, "one fetch for all who wait for a key"


async def test_a_new_key_is_known_at_once_though_the_last_fetch_was_a_moment_ago(
    client: Client, issuer: FakeIssuer
) -> None:
    assert await statuses(client, [issuer.forge().token()]) == [200]
    issuer.rotate("second")
    assert await statuses(client, [issuer.forge().token()]) == [200]


async def test_a_key_that_the_provider_takes_back_ends_what_was_verified_with_it(
    client: Client, issuer: FakeIssuer
) -> None:
    stolen = issuer.forge().token()
    assert await statuses(client, [stolen]) == [200]

    issuer.rotate("second", keep=False)

    assert await statuses(client, [issuer.forge().token()]) == [200]
    assert await statuses(client, [stolen]) == [401]


async def test_a_key_of_the_same_name_that_is_another_one_ends_the_first(
    client: Client, issuer: FakeIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = issuer.forge().token()
    assert await statuses(client, [before]) == [200]
    issuer.rotate("first")
    monkeypatch.setattr("chassis.auth.remote_keys.FRESH", 0.0)
    await statuses(client, [issuer.forge().token()])  # finds the keys old, and asks anew

    await eventually(lambda: issuer.asked.count(KEYS), lambda times: times == 2)
    after = issuer.forge().token(jti="another")
    await eventually(lambda: statuses(client, [after]), lambda found: found == [200])
    assert await statuses(client, [before]) == [401]


async def test_known_keys_serve_while_the_provider_is_away(
    app: FastAPI,
    client: Client,
    issuer: FakeIssuer,
    monkeypatch: pytest.MonkeyPatch,
    read_log: ReadLog,
) -> None:
    known, unknown = issuer.forge(), Forge(rsa_key(9), "RS256", "new", issuer.url, AUDIENCE)
    assert await statuses(client, [known.token()]) == [200]
    monkeypatch.setattr("chassis.auth.remote_keys.FRESH", 0.0)
    monkeypatch.setattr("chassis.auth.remote_keys.RETRY", 0.0)
    issuer.status = 500

    for number in range(5):
        assert await statuses(client, [known.token(jti=f"{number}")]) == [200]
    answer = await client.get("/guarded", headers=bearer(unknown.token()))
    assert answer.status_code == 503
    assert answer.json()["type"] == "/problems/issuer-unavailable"
    assert answer.headers["Retry-After"] == "5"
    [told] = read_log("keys of tokens cannot be read")
    assert told["reason"].endswith("answers 500")

    issuer.status = 200
    assert await statuses(client, [unknown.token(), known.token(jti="last")]) == [401, 200]
    assert len(read_log("keys of tokens can be read again")) == 1


@pytest.mark.no_cover  # other tests cover it; measured, it would take thrice as long
async def test_a_thousand_unknown_keys_cost_the_provider_little(
    client: Client, issuer: FakeIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.auth.remote_keys.WITHIN", 3_600.0)  # however busy the machine is
    forge = issuer.forge()
    assert await statuses(client, [forge.token()]) == [200]
    for turn in range(20):
        forged = [forge.headed(kid=f"made up {turn} {number}") for number in range(50)]
        assert set(await statuses(client, forged)) == {401}

    assert issuer.asked.count(KEYS) <= 3
    assert await statuses(client, [forge.token(jti="other")]) == [200]


async def test_a_slow_provider_holds_nobody_for_long(
    client: Client, issuer: FakeIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = issuer.forge()
    assert await statuses(client, [known.token()]) == [200]
    monkeypatch.setattr("chassis.auth.fetching.TIMEOUT", 0.2)
    monkeypatch.setattr("chassis.auth.remote_keys.RETRY", 3_600.0)
    issuer.may_answer.clear()
    issuer.rotate("second")
    new = issuer.forge().token()

    waiting = asyncio.create_task(statuses(client, [new] * 50))
    await eventually(lambda: issuer.asked.count(DISCOVERY) == 2)
    assert await statuses(client, [known.token(jti="other")]) == [200], "while others wait"

    assert set(await waiting) == {503}
    assert issuer.asked.count(DISCOVERY) == 2, "one fetch for fifty who wait"
