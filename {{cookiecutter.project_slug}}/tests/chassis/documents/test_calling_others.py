"""What docs/calling-others.md shows, served, with the server of its tests."""

import re
from dataclasses import replace
from typing import Any

import pytest

from chassis.outbound import public_only
from chassis.outbound.problems import UpstreamTimeout
from chassis.settings.outbound import OutboundSettings
from tests.chassis import application
from tests.chassis.documents.pages import Page
from tests.support.clients import Client
from tests.support.composition import Composition
from tests.support.upstreams import LocalUpstream

PAGE = Page("calling-others.md")
page: Any = PAGE.load()


@pytest.fixture(scope="module")
def composition(composition: Composition) -> Composition:
    """As the page says."""
    return replace(composition, upstreams=["payments"])


@pytest.fixture(autouse=True)
def _routed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "ROUTERS", [*application.ROUTERS, page.router])


async def test_the_test_of_the_page(client: Client, upstreams: dict[str, LocalUpstream]) -> None:
    await page.test_a_payment_is_made(client, upstreams)


async def test_that_of_who_is_away(client: Client, upstreams: dict[str, LocalUpstream]) -> None:
    await page.test_payments_are_away(client, upstreams)


async def test_an_answer_that_takes_longer_than_the_call_waits(
    app: Any, upstreams: dict[str, LocalUpstream]
) -> None:
    payments = app.state.outbound.upstreams["payments"]
    upstreams["payments"].answers("GET", "/payments/7", after=60)

    with pytest.raises(UpstreamTimeout):
        await payments.get("/payments/7", timeout=0.2)


async def test_a_payment_is_read(client: Client, upstreams: dict[str, LocalUpstream]) -> None:
    upstreams["payments"].answers("GET", "/payments/7", json={"id": "7", "cents": 700})

    assert (await client.get("/v1/payments/7")).json() == {"id": "7", "cents": 700}


async def test_a_payment_that_is_none(app: Any, upstreams: dict[str, LocalUpstream]) -> None:
    payments = app.state.outbound.upstreams["payments"]
    upstreams["payments"].answers("GET", "/payments/8", status=400)

    assert await page.payment_or_none(payments, 7) is None
    with pytest.raises(page.UpstreamFailed):
        await page.payment_or_none(payments, 8)


async def test_a_payment_between_two_transactions(
    client: Client, upstreams: dict[str, LocalUpstream]
) -> None:
    upstreams["payments"].answers("POST", "/payments", json={"id": "7", "cents": 1})

    assert (await client.put("/v1/payments/7?cents=1")).json() == {"id": "7", "cents": 1}


async def test_a_picture_of_anywhere(
    client: Client, upstreams: dict[str, LocalUpstream], monkeypatch: pytest.MonkeyPatch
) -> None:
    upstreams["payments"].answers("GET", "/picture", json="xyz")
    asked = {"url": f"{upstreams['payments'].url}/picture"}

    refused = await client.get("/v1/payments/pictures/size", params=asked)
    monkeypatch.setattr(public_only, "is_public", lambda _: True)
    answer = await client.get("/v1/payments/pictures/size", params=asked)

    assert refused.json()["type"] == "/problems/url-not-public"
    assert answer.json() == len('"xyz"')


def test_the_page_names_every_setting() -> None:
    named = set(re.findall(r"OUTBOUND_(\w+)", PAGE.text))

    assert named == {name.upper() for name in OutboundSettings.model_fields}
