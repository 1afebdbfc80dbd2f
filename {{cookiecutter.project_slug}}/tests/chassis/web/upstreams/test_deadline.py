"""No call is worth waiting for longer than the request that makes it."""

import pytest

from chassis.outbound import deadline
from chassis.settings import Settings
from tests.chassis.outbound.misbehaving import Misbehaving
from tests.chassis.web.upstreams.calling import settings_with, statuses
from tests.support.clients import Client, client_of
from tests.support.composition import StartApp


async def test_the_deadline_of_the_request_bounds_the_call(
    start_app: StartApp,
    settings: Settings,
    database_url: str,
    peer: Misbehaving,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Long before it, here: a busy machine is late for both."""
    monkeypatch.setattr(deadline, "MARGIN", 59.5)
    app = await start_app(settings_with(database_url, peer, server={"request_timeout": 60}))
    async with client_of(app) as client:
        answer = await client.get("/call/hang")

    assert (answer.status_code, answer.json()["type"]) == (504, "/problems/upstream-timeout")


async def test_what_goes_on_after_the_answer_may_take_its_time(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadline, "MARGIN", 1_000)

    assert (await client.get("/later")).status_code == 200

    assert statuses == [200]


async def test_a_request_that_has_no_time_left_does_not_call(
    client: Client, peer: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that there is it keeps for its own answer."""
    monkeypatch.setattr(deadline, "MARGIN", 1_000)

    answer = await client.get("/call/number")

    assert (answer.status_code, answer.json()["type"]) == (504, "/problems/upstream-timeout")
    assert peer.connected == 0
    assert (await client.get("/health")).json()["upstreams"]["shop"]["status"] == "unknown"


async def test_a_request_without_a_deadline_calls_as_long_as_the_upstream_may_take(
    start_app: StartApp, settings: Settings, database_url: str, peer: Misbehaving
) -> None:
    app = await start_app(settings_with(database_url, peer, server={"request_timeout": 0}))
    async with client_of(app) as client:
        assert (await client.get("/call/number")).json() == 200


@pytest.mark.parametrize(("verb", "problem"), [("get", "timeout"), ("post", "deadline-exceeded")])
async def test_a_timeout_around_a_call_does_not_say_that_nothing_was_done(
    client: Client, verb: str, problem: str
) -> None:
    answer = await client.get("/given-up", params={"verb": verb})

    assert (answer.status_code, answer.json()["type"]) == (504, f"/problems/{problem}")
    assert ("Nothing was stored" in answer.text) is (verb == "get")
    assert (await client.get("/given-up?verb=get")).json()["type"] == "/problems/timeout"
