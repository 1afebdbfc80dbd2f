"""Who calls is known to all that counts, keeps or tells something of a request."""

from collections.abc import Iterator
from unittest.mock import Mock

import httpx
import pytest
from fastapi import FastAPI

from chassis.auth.tokens import _header
from chassis.settings import Settings
from chassis.settings.groups import MetricsSettings, RateSettings, TracingSettings
from tests.chassis.auth.guarded import router
from tests.chassis.auth.provider.issuers import fake_issuer
from tests.chassis.observability.collector import Collector, attributes, collecting
from tests.chassis.observability.scraping import read
from tests.chassis.web.callers.handshakes import handshake
from tests.support.callers import Headers, acting_as, bearer, with_auth
from tests.support.clients import Client, client_of
from tests.support.composition import Composition, ReadLog, StartApp

KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}


async def test_the_line_of_a_request_names_its_caller(
    client: Client, settings: Settings, read_log: ReadLog
) -> None:
    await client.get("/guarded", headers=acting_as(settings, "ada"))
    await client.get("/plain", headers=acting_as(settings, "ada"))
    await client.post("/orders", headers=acting_as(settings, "bob"))

    known, unasked, forbidden = read_log("request")
    assert known["principal"] == "ada"
    assert "principal" not in unasked
    assert (forbidden["principal"], forbidden["status"]) == ("bob", 403)


async def test_the_line_of_a_websocket_names_its_caller(
    app: FastAPI, settings: Settings, read_log: ReadLog
) -> None:
    sent = await handshake(app, "/socket", acting_as(settings, "ada"))
    assert sent[1] == {"type": "websocket.send", "text": "ada"}
    refused, *_ = await handshake(app, "/socket", {})

    assert (refused["status"], dict(refused["headers"])[b"www-authenticate"]) == (401, b"Bearer")
    known, unknown = read_log("websocket")
    assert known["principal"] == "ada"
    assert "principal" not in unknown


async def test_an_idempotency_key_outlasts_a_token_and_is_one_callers_own(
    client: Client, settings: Settings
) -> None:
    async def asked(subject: str) -> httpx.Response:
        return await client.post("/once", headers={**acting_as(settings, subject), **KEY})

    first, again, other = [await asked(it) for it in ("ada", "ada", "bob")]

    assert (first.text, again.text, other.text) == ("ada", "ada", "bob")
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in other.headers


async def test_no_token_is_kept_with_an_answer(
    client: Client, settings: Settings, sql: object
) -> None:
    headers = acting_as(settings, "ada")
    await client.post("/once", headers={**headers, **KEY})

    rows = await sql.fetch("SELECT k::text AS row FROM idempotency_keys k")  # type: ignore[attr-defined]
    assert len(rows) == 1
    assert headers["Authorization"].rpartition(".")[2] not in str(rows)


async def limited(start_app: StartApp, settings: Settings) -> FastAPI:
    rate = RateSettings(limit_enabled=True, limit_default="3/hour")
    app: FastAPI = await start_app(settings.model_copy(update={"rate": rate}))
    app.include_router(router)
    return app


def at(app: FastAPI, address: str) -> Client:
    transport = httpx.ASGITransport(app, client=(address, 1))
    return Client(transport=transport, base_url="http://test")


async def statuses(client: Client, headers: Headers, times: int) -> list[int]:
    asked = [await client.get("/plain", headers=headers) for _ in range(times)]
    return [answer.status_code for answer in asked]


async def test_a_caller_has_one_limit_wherever_it_calls_from(
    start_app: StartApp, settings: Settings
) -> None:
    app = await limited(start_app, settings)
    async with at(app, "192.0.2.1") as office, at(app, "192.0.2.2") as home:
        assert await statuses(office, acting_as(settings, "ada"), 2) == [200] * 2
        assert await statuses(home, acting_as(settings, "ada"), 2) == [200, 429]
        assert await statuses(office, acting_as(settings, "bob"), 1) == [200]


@pytest.mark.parametrize("headers", [{}, bearer("wrong"), {"Authorization": "Basic YTpi"}])
async def test_who_says_nothing_true_is_counted_by_address(
    start_app: StartApp, settings: Settings, headers: Headers
) -> None:
    app = await limited(start_app, settings)
    async with at(app, "192.0.2.1") as office, at(app, "192.0.2.2") as home:
        assert await statuses(office, headers, 4) == [200] * 3 + [429]
        assert await statuses(office, acting_as(settings, "ada"), 1) == [200]
        assert await statuses(home, headers, 1) == [200]


async def test_a_token_that_is_counted_is_not_verified_again_for_the_guard(
    start_app: StartApp, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Mock(wraps=_header)
    monkeypatch.setattr("chassis.auth.tokens._header", asked)
    app = await limited(start_app, settings)
    async with at(app, "192.0.2.1") as client:
        for headers in (acting_as(settings, "ada"), bearer("wrong")):
            await client.get("/guarded", headers=headers)
    assert asked.call_count == 2


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


async def test_a_span_names_the_caller(
    composition: Composition, settings: Settings, collector: Collector
) -> None:
    traced = {"tracing": TracingSettings.model_validate({"endpoint": collector.url})}
    app = composition.create_app(settings.model_copy(update=traced))
    app.include_router(router)
    headers = acting_as(settings, "ada")
    async with app.router.lifespan_context(app), client_of(app) as client:
        for path in ("/guarded", "/plain"):
            await client.get(path, headers=headers)

    told = {attributes(it)["http.route"]: attributes(it) for it in collector.spans}
    assert told["/guarded"]["enduser.id"] == "ada"
    assert "enduser.id" not in told["/plain"]
    assert headers["Authorization"].rpartition(".")[2] not in str(collector.spans)


async def test_tokens_and_fetches_are_counted_by_what_became_of_them(
    start_app: StartApp, settings: Settings
) -> None:
    metrics = {"metrics": MetricsSettings(enabled=True, port=None)}
    async with fake_issuer() as issuer:
        auth = {"keys": settings.auth.keys, **issuer.settings()}
        app: FastAPI = await start_app(with_auth(settings, **auth).model_copy(update=metrics))
        app.include_router(router)
        app.state.authentication.revoked.add("s1")
        sent = [
            acting_as(settings, "ada"),
            acting_as(settings, "bob", session="s1"),
            acting_as(settings, "ada", ttl=-3_600),
            bearer("wrong"),
            bearer(issuer.forge().headed(kid="unknown")),
        ]
        async with client_of(app) as client:
            for headers in [*sent, sent[0]]:
                await client.get("/guarded", headers=headers)
            found = read((await client.get("/metrics")).text)

    outcomes = ("accepted", "revoked", "expired", "invalid", "unknown_key", "unavailable")
    counted = {it: found.total("auth_tokens_total", outcome=it) for it in outcomes}
    assert counted == {
        "accepted": 2,  # the token of an ended session was verified before it was refused
        "revoked": 1,
        "expired": 1,
        "invalid": 1,
        "unknown_key": 1,
        "unavailable": 0,
    }
    assert found.total("auth_key_fetches_total", outcome="ok") == 2
    assert found.total("auth_key_fetches_total", outcome="failed") == 0
